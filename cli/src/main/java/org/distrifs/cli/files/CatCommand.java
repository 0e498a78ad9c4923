package org.distrifs.cli.files;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import org.distrifs.cli.path.Operand;
import org.distrifs.cli.path.RemotePath;
import org.distrifs.client.OpenFile;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code distrifs cat}. */
@Command(
    name = "cat",
    description = "Write the bytes of files to standard output, one after the other.",
    footer = {"", "Example:", "  distrifs cat /backup.tar | tar t"})
public final class CatCommand extends FileCommand {

  @Parameters(
      paramLabel = "PATH",
      arity = "1..*",
      converter = Operand.RemoteConverter.class,
      description = "What to write.")
  private List<RemotePath> paths;

  private final Transfer transfer = new Transfer();

  @Override
  void run(RemoteFiles files) throws IOException {
    // Not closed: standard output belongs to the process.
    WritableByteChannel out = new FileOutputStream(FileDescriptor.out).getChannel();
    for (RemotePath path : paths) {
      attempt(path, () -> write(files, path, out));
    }
  }

  private void write(RemoteFiles files, RemotePath path, WritableByteChannel out)
      throws IOException {
    Attributes attributes = files.follow(path);
    if (FileType.isDirectory(attributes)) {
      throw new ErrnoException(Errno.EISDIR, path.toString());
    }
    try (OpenFile file = files.open(attributes)) {
      transfer.download(file, out, Progress.none());
    }
  }
}
