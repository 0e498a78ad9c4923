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
 * That what clients were told of their files' names is so: each file was made once, and is there
 * under the name that it was made with or renamed to; and nothing that is asked for by its first
 * name after a rename was acknowledged changes it. Each name is asked for once only, so that it
 * exists can only come from the same request done twice.
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

  /** A creation was answered with an inode. */
  public void acknowledged(String name, long inode) {
    NamedFile file = new NamedFile(inode);
    files.put(name, file);
    check(name, file);
  }

  /** A creation failed, as its client was told. */
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

  /** A file is about to be renamed. */
  public void renaming(String name, String newName) {
    files.get(name).newName = newName;
  }

  /** Its rename was acknowledged. */
  public void renamed(String name) {
    files.get(name).isRenamed = true;
  }

  /** A change that goes by the name that a file was made with. */
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
     * It is over.
     *
     * @param failure null if it was done
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

  /** A change begins. */
  public Change changing(String name) {
    return new Change(name);
  }

  /** Checks all that were acknowledged. */
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
