package org.distrifs.cli.files;

import java.io.IOException;
import java.util.List;
import org.distrifs.cli.path.Operand;
import org.distrifs.cli.path.RemotePath;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.DirectoryEntry;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code distrifs rm}. */
@Command(
    name = "rm",
    description = "Remove files, and with -r directories with all that is in them.",
    footer = {"", "Example:", "  distrifs rm -r /old"})
public final class RmCommand extends FileCommand {

  @Option(
      names = {"-r", "-R", "--recursive"},
      description = "Directories too, with all that is in them.")
  private boolean recursive;

  @Option(
      names = {"-f", "--force"},
      description = "What is not there is no error.")
  private boolean force;

  @Parameters(
      paramLabel = "PATH",
      arity = "1..*",
      converter = Operand.RemoteConverter.class,
      description = "What to remove.")
  private List<RemotePath> paths;

  @Override
  void run(RemoteFiles files) throws IOException {
    for (RemotePath path : paths) {
      attempt(path, () -> remove(files, path));
    }
  }

  private void remove(RemoteFiles files, RemotePath path) throws IOException {
    if (path.isRoot()) {
      fail(path, "the root cannot be removed; to remove what is in it, name that");
      return;
    }
    Attributes attributes;
    try {
      attributes = files.noFollow(path);
    } catch (ErrnoException e) {
      if (force && e.errno() == Errno.ENOENT) {
        return;
      }
      throw e;
    }
    if (FileType.isDirectory(attributes) && !recursive) {
      throw new ErrnoException(Errno.EISDIR, path.toString());
    }
    removeTree(files, files.entryName(path), attributes, path);
  }

  /**
   * Removes a tree. An entry that cannot be removed is reported; then its directory is reported as
   * not empty, too.
   */
  private void removeTree(
      RemoteFiles files, RemoteFiles.EntryName name, Attributes attributes, RemotePath path)
      throws IOException {
    if (!FileType.isDirectory(attributes)) {
      files.unlink(name);
      return;
    }
    TreeDepth.check(path);
    for (DirectoryEntry entry : files.entries(attributes)) {
      RemotePath child = path.child(entry.getName());
      attempt(
          child,
          () ->
              removeTree(
                  files,
                  new RemoteFiles.EntryName(attributes.getInode(), entry.getName()),
                  entry.getAttributes(),
                  child));
    }
    files.removeDirectory(name);
  }
}
