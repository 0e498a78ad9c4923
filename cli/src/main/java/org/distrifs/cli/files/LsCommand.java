package org.distrifs.cli.files;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.distrifs.cli.path.Operand;
import org.distrifs.cli.path.RemotePath;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.DirectoryEntry;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code distrifs ls}. */
@Command(
    name = "ls",
    description = "List directories and files.",
    footer = {"", "Examples:", "  distrifs ls /photos", "  distrifs ls -lR /"})
public final class LsCommand extends FileCommand {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm").withZone(ZoneId.systemDefault());
  private static final ByteString ARROW = ByteString.copyFromUtf8(" -> ");
  private static final ByteString LINE_END = ByteString.copyFromUtf8("\n");

  @Option(names = "-l", description = "With mode, links, owner, group, size and time.")
  private boolean detailed;

  @Option(
      names = {"-a", "--all"},
      description = "Names that start with a dot too.")
  private boolean all;

  @Option(
      names = {"-d", "--directory"},
      description = "Directories themselves, not what is in them.")
  private boolean directoriesThemselves;

  @Option(
      names = {"-R", "--recursive"},
      description = "Directories below too.")
  private boolean recursive;

  @Parameters(
      paramLabel = "PATH",
      arity = "0..*",
      converter = Operand.RemoteConverter.class,
      description = "What to list (default: /).")
  private List<RemotePath> paths = List.of(RemotePath.ROOT);

  private final OwnerNames owners = new OwnerNames();
  private boolean anythingListed;

  private record Line(ByteString name, Attributes attributes) {}

  @Override
  void run(RemoteFiles files) throws IOException {
    List<RemotePath> directories = new ArrayList<>();
    List<Line> others = new ArrayList<>();
    for (RemotePath path : paths) {
      attempt(
          path,
          () -> {
            // As ls does: with -l a symbolic link that is named is shown itself, otherwise it is
            // followed.
            Attributes attributes =
                detailed || directoriesThemselves ? files.noFollow(path) : files.follow(path);
            if (FileType.isDirectory(attributes) && !directoriesThemselves) {
              directories.add(path);
            } else {
              others.add(new Line(path.bytes(), attributes));
            }
          });
    }
    list(files, others);
    anythingListed = !others.isEmpty();
    boolean titled = recursive || paths.size() > 1;
    for (RemotePath directory : directories) {
      attempt(directory, () -> listDirectory(files, directory, titled));
    }
  }

  private void listDirectory(RemoteFiles files, RemotePath directory, boolean titled)
      throws IOException {
    List<Line> lines = new ArrayList<>();
    for (DirectoryEntry entry : files.entries(files.follow(directory))) {
      if (all || entry.getName().byteAt(0) != '.') {
        lines.add(new Line(entry.getName(), entry.getAttributes()));
      }
    }
    lines.sort(Comparator.comparing(Line::name, ByteString.unsignedLexicographicalComparator()));
    if (titled) {
      print((anythingListed ? "\n" : ""));
      print(directory.bytes());
      print(":\n");
    }
    anythingListed = true;
    list(files, lines);
    if (recursive) {
      for (Line line : lines) {
        if (FileType.isDirectory(line.attributes())) {
          RemotePath child = directory.child(line.name());
          attempt(child, () -> listDirectory(files, child, true));
        }
      }
    }
  }

  private void list(RemoteFiles files, List<Line> lines) throws IOException {
    if (!detailed) {
      for (Line line : lines) {
        print(line.name().concat(LINE_END));
      }
      return;
    }
    int sizeWidth =
        lines.stream()
            .mapToInt(line -> Long.toUnsignedString(line.attributes().getSize()).length())
            .max()
            .orElse(1);
    for (Line line : lines) {
      Attributes attributes = line.attributes();
      print(
          "%s %3d %-8s %-8s %%%ds %%s "
              .formatted(
                  FileType.letters(attributes),
                  attributes.getNlink(),
                  owners.user(attributes.getUid()),
                  owners.group(attributes.getGid()),
                  sizeWidth)
              .formatted(
                  Long.toUnsignedString(attributes.getSize()),
                  TIME.format(Instant.ofEpochSecond(attributes.getMtimeS()))));
      print(line.name());
      if (FileType.isSymlink(attributes)) {
        print(ARROW.concat(files.readLink(attributes)));
      }
      print(LINE_END);
    }
  }
}
