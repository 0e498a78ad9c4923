package org.distrifs.cli.files;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.distrifs.cli.path.Operand;
import org.distrifs.cli.path.RemotePath;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code distrifs mkdir}. */
@Command(
    name = "mkdir",
    description = "Make directories.",
    footer = {"", "Example:", "  distrifs mkdir -p /photos/2024/may"})
public final class MkdirCommand extends FileCommand {

  @Option(
      names = {"-p", "--parents"},
      description = "Make those above it too; what is there already is no error.")
  private boolean parents;

  @Parameters(
      paramLabel = "PATH",
      arity = "1..*",
      converter = Operand.RemoteConverter.class,
      description = "What to make.")
  private List<RemotePath> paths;

  @Override
  void run(RemoteFiles files) throws IOException {
    for (RemotePath path : paths) {
      attempt(
          path,
          () -> {
            if (parents) {
              makeWithParents(files, path);
            } else {
              files.makeDirectory(path);
            }
          });
    }
  }

  private static void makeWithParents(RemoteFiles files, RemotePath path) throws IOException {
    RemotePath way = RemotePath.ROOT;
    for (ByteString name : path.names()) {
      way = way.child(name);
      Optional<Attributes> there = files.find(way);
      if (there.isEmpty()) {
        makeUnlessMadeMeanwhile(files, way);
      } else if (!FileType.isDirectory(there.get())) {
        throw new ErrnoException(way.equals(path) ? Errno.EEXIST : Errno.ENOTDIR, way.toString());
      }
    }
  }

  private static void makeUnlessMadeMeanwhile(RemoteFiles files, RemotePath path)
      throws IOException {
    try {
      files.makeDirectory(path);
    } catch (ErrnoException e) {
      if (e.errno() != Errno.EEXIST || !FileType.isDirectory(files.follow(path))) {
        throw e;
      }
    }
  }
}
