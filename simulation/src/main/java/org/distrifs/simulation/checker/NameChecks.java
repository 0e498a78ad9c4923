package org.distrifs.simulation.checker;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.distrifs.master.state.MasterState;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;

/**
 * That what clients were told of their files' creation is so: each was made once, and is there.
 * Each name is asked for once only, so that it exists can only come from the same request done
 * twice.
 */
public final class NameChecks {

  private final MasterState truth;
  private final Consumer<String> violated;
  private final Map<String, Long> inodes = new TreeMap<>();

  public NameChecks(MasterState truth, Consumer<String> violated) {
    this.truth = truth;
    this.violated = violated;
  }

  /** A creation was answered with an inode. */
  public void acknowledged(String name, long inode) {
    inodes.put(name, inode);
    check(name, inode);
  }

  /** A creation failed, as its client was told. */
  public void failed(String name, Throwable failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    if (cause instanceof ErrnoException known && known.errno() == Errno.EEXIST) {
      violated.accept("the creation of " + name + " was done twice");
    }
  }

  /** Checks all that were acknowledged. */
  public void checkAll() {
    inodes.forEach(this::check);
  }

  private void check(String name, long inode) {
    byte[] path = ("/" + name).getBytes(StandardCharsets.UTF_8);
    if (!truth.inodeAt(path).filter(found -> found == inode).isPresent()) {
      violated.accept("the file " + name + ", whose creation was acknowledged, is not there");
    }
  }
}
