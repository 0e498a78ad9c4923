package org.distrifs.simulation.checker;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.distrifs.master.state.MasterState;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;

/**
 * Checks what clients were told about the names of their files. Each file was created once, and
 * exists under its first or its new name. After its rename was acknowledged, no change by its first
 * name succeeds. Each name is created by one request only, so {@code EEXIST} proves that the
 * request was applied twice.
 */
public final class NameChecks {

  /** A file whose creation was acknowledged. */
  private static final class NamedFile {
    private final long inode;
    private String newName;
    private boolean isRenamed;

    private NamedFile(long inode) {
      this.inode = inode;
    }
  }

  private final MasterState truth;
  private final Consumer<String> violated;
  private final Map<String, NamedFile> files = new TreeMap<>();

  public NameChecks(MasterState truth, Consumer<String> violated) {
    this.truth = truth;
    this.violated = violated;
  }

  /** Records that a creation was answered with an inode. */
  public void acknowledged(String name, long inode) {
    NamedFile file = new NamedFile(inode);
    files.put(name, file);
    check(name, file);
  }

  /** Records that a creation failed, and with what. */
  public void failed(String name, Throwable failure) {
    if (errno(failure).filter(Errno.EEXIST::equals).isPresent()) {
      violated.accept("the creation of " + name + " was done twice");
    }
  }

  private static Optional<Errno> errno(Throwable failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    return cause instanceof ErrnoException known ? Optional.of(known.errno()) : Optional.empty();
  }

  /** The inode of a file whose creation was acknowledged. */
  public OptionalLong inode(String name) {
    NamedFile file = files.get(name);
    return file == null ? OptionalLong.empty() : OptionalLong.of(file.inode);
  }

  /** Records that a rename begins. */
  public void renaming(String name, String newName) {
    files.get(name).newName = newName;
  }

  /** Records that a rename was acknowledged. */
  public void renamed(String name) {
    files.get(name).isRenamed = true;
  }

  /** A change by the name with which a file was created. */
  public final class Change {
    private final String name;
    private final NamedFile file;
    private final boolean afterRename;

    private Change(String name) {
      this.name = name;
      this.file = files.get(name);
      this.afterRename = file.isRenamed;
    }

    /**
     * Checks the answer to the change.
     *
     * @param failure null if it succeeded
     */
    public void ended(Throwable failure) {
      if (failure == null && afterRename) {
        violated.accept(
            "%s was changed by the name %s, after its rename was acknowledged"
                .formatted(file.newName, name));
      }
      if (failure != null
          && errno(failure).filter(Errno.ESTALE::equals).isPresent()
          && file.newName == null) {
        violated.accept("a change by the name " + name + " was refused, though it leads there");
      }
    }
  }

  /** Records that a change begins. */
  public Change changing(String name) {
    return new Change(name);
  }

  /** Checks all files whose creation was acknowledged. */
  public void checkAll() {
    files.forEach(this::check);
  }

  private void check(String name, NamedFile file) {
    boolean underOld = !file.isRenamed && leads(name, file.inode);
    boolean underNew = file.newName != null && leads(file.newName, file.inode);
    if (!underOld && !underNew) {
      violated.accept("the file " + name + ", whose creation was acknowledged, is not there");
    }
  }

  private boolean leads(String name, long inode) {
    byte[] path = ("/" + name).getBytes(StandardCharsets.UTF_8);
    return truth.inodeAt(path).filter(found -> found == inode).isPresent();
  }
}
