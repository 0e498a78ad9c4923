package org.distrifs.cli.files;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.distrifs.cli.path.LocalNames;
import org.distrifs.cli.path.Operand;
import org.distrifs.cli.path.RemotePath;
import org.distrifs.client.OpenFile;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.DirectoryEntry;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code distrifs get}. */
@Command(
    name = "get",
    description = "Copy files out of DistriFS, as cp does.",
    footer = {
      "",
      "Examples:",
      "  distrifs get /docs/report.pdf .",
      "  distrifs get -rp /backup/photos /backup/music ~"
    })
public final class GetCommand extends FileCommand {

  @Mixin private CopyOptions options;

  @Parameters(
      paramLabel = "PATH... LOCAL",
      hideParamSyntax = true,
      arity = "2..*",
      converter = Operand.Converter.class,
      description = "Paths in DistriFS, and last the local one.")
  private List<Operand> operands;

  private final Transfer transfer = new Transfer();

  @Override
  void run(RemoteFiles files) throws IOException {
    SourcesAndDestination<Operand> given = SourcesAndDestination.of(operands);
    Path destination = given.destination().local();
    boolean intoDirectory = Files.isDirectory(destination);
    if (!given.fitInto(intoDirectory)) {
      fail(destination, "is not a directory, and there are several things to copy");
      return;
    }
    for (Operand operand : given.sources()) {
      RemotePath source = operand.remote();
      attempt(
          source,
          () -> {
            Path target =
                intoDirectory && !source.isRoot()
                    ? LocalNames.child(destination, source.name())
                    : destination;
            Attributes attributes =
                options.recursive() ? files.noFollow(source) : files.follow(source);
            get(files, source, attributes, target);
          });
    }
  }

  private void get(RemoteFiles files, RemotePath source, Attributes attributes, Path target)
      throws IOException {
    if (FileType.isRegular(attributes)) {
      getFile(files, source, attributes, target);
    } else if (FileType.isDirectory(attributes)) {
      getDirectory(files, source, attributes, target);
    } else if (FileType.isSymlink(attributes)) {
      Files.createSymbolicLink(target, LocalNames.path(files.readLink(attributes)));
    } else {
      fail(source, "is not a file, directory or symbolic link, and is left out");
    }
  }

  private void getFile(RemoteFiles files, RemotePath source, Attributes attributes, Path target)
      throws IOException {
    boolean isNew = !Files.exists(target);
    try (OpenFile file = files.open(attributes);
        FileChannel out = FileChannel.open(target, CREATE, TRUNCATE_EXISTING, WRITE);
        Progress progress = Progress.of(source.toString(), attributes.getSize())) {
      transfer.download(file, out, progress);
    }
    if (options.preserve()) {
      LocalAttributes.apply(attributes, target, files.mayGiveAway());
    } else if (isNew) {
      int mode = attributes.getMode() & files.permissionsOfNewFiles();
      Files.setAttribute(target, "unix:mode", mode);
    }
  }

  private void getDirectory(
      RemoteFiles files, RemotePath source, Attributes attributes, Path target) throws IOException {
    if (!options.recursive()) {
      fail(source, "is a directory; copy it with -r");
      return;
    }
    TreeDepth.check(source);
    boolean isNew = !Files.isDirectory(target);
    if (isNew) {
      // This command must be able to write into it; the mode of the source is set afterwards.
      Files.createDirectory(
          target,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    for (DirectoryEntry entry : files.entries(attributes)) {
      RemotePath child = source.child(entry.getName());
      attempt(
          child,
          () ->
              get(files, child, entry.getAttributes(), LocalNames.child(target, entry.getName())));
    }
    if (options.preserve()) {
      LocalAttributes.apply(attributes, target, files.mayGiveAway());
    } else if (isNew) {
      Files.setAttribute(target, "unix:mode", attributes.getMode() & files.permissionsOfNewFiles());
    }
  }
}
