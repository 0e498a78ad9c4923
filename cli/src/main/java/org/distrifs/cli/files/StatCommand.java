package org.distrifs.cli.files;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.distrifs.cli.path.Operand;
import org.distrifs.cli.path.RemotePath;
import org.distrifs.proto.control.Attributes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code distrifs stat}. */
@Command(
    name = "stat",
    description = "Show what is known of files and directories.",
    footer = {"", "Example:", "  distrifs stat /photos/one.jpg"})
public final class StatCommand extends FileCommand {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSSSSS Z")
          .withZone(ZoneId.systemDefault());

  @Option(
      names = {"-L", "--dereference"},
      description = "Of a symbolic link, show what it leads to.")
  private boolean follow;

  @Parameters(
      paramLabel = "PATH",
      arity = "1..*",
      converter = Operand.RemoteConverter.class,
      description = "What to show.")
  private List<RemotePath> paths;

  private final OwnerNames owners = new OwnerNames();

  @Override
  void run(RemoteFiles files) throws IOException {
    for (RemotePath path : paths) {
      attempt(path, () -> show(files, path));
    }
  }

  private void show(RemoteFiles files, RemotePath path) throws IOException {
    Attributes attributes = follow ? files.follow(path) : files.noFollow(path);
    print("  File: ");
    print(path.bytes());
    if (FileType.isSymlink(attributes)) {
      print(ByteString.copyFromUtf8(" -> ").concat(files.readLink(attributes)));
    }
    print(
        """

          Type: %s
          Size: %s
         Inode: %s   Links: %d
          Mode: %04o/%s   Uid: %s/%s   Gid: %s/%s
        Access: %s
        Modify: %s
        Change: %s
        Chunks: %s of %s bytes   Change counter: %s
        """
            .formatted(
                FileType.words(attributes),
                Long.toUnsignedString(attributes.getSize()),
                Long.toUnsignedString(attributes.getInode()),
                attributes.getNlink(),
                attributes.getMode() & FileType.PERMISSIONS,
                FileType.letters(attributes),
                Integer.toUnsignedString(attributes.getUid()),
                owners.user(attributes.getUid()),
                Integer.toUnsignedString(attributes.getGid()),
                owners.group(attributes.getGid()),
                time(attributes.getAtimeS(), attributes.getAtimeNs()),
                time(attributes.getMtimeS(), attributes.getMtimeNs()),
                time(attributes.getCtimeS(), attributes.getCtimeNs()),
                Long.toUnsignedString(attributes.getChunkCount()),
                Long.toUnsignedString(attributes.getChunkSizeBytes()),
                Long.toUnsignedString(attributes.getChangeCounter())));
  }

  private static String time(long seconds, int nanoseconds) {
    return TIME.format(Instant.ofEpochSecond(seconds, nanoseconds));
  }
}
