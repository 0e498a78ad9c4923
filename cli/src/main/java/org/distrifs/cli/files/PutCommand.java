package org.distrifs.cli.files;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.distrifs.cli.path.LocalNames;
import org.distrifs.cli.path.Operand;
import org.distrifs.cli.path.RemotePath;
import org.distrifs.client.OpenFile;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.SetAttributes;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code distrifs put}. */
@Command(
    name = "put",
    description = "Copy local files into DistriFS, as cp does.",
    footer = {
      "",
      "Examples:",
      "  distrifs put report.pdf /docs/",
      "  distrifs put -rp photos music /backup",
      "  tar c . | distrifs put - /backup.tar"
    })
public final class PutCommand extends FileCommand {

  @Mixin private CopyOptions options;

  @Parameters(
      paramLabel = "LOCAL... PATH",
      hideParamSyntax = true,
      arity = "2..*",
      converter = Operand.Converter.class,
      description = "Local files ('-' is standard input), and last the path in DistriFS.")
  private List<Operand> operands;

  private final Transfer transfer = new Transfer();

  @Override
  void run(RemoteFiles files) throws IOException {
    SourcesAndDestination<Operand> given = SourcesAndDestination.of(operands);
    RemotePath destination = given.destination().remote();
    boolean intoDirectory = about(destination, () -> files.isDirectory(destination));
    if (!given.fitInto(intoDirectory)) {
      fail(destination, "is not a directory, and there are several things to copy");
      return;
    }
    for (Operand source : given.sources()) {
      attempt(
          source,
          () -> {
            if (source.isDash()) {
              putStandardInput(files, destination);
            } else {
              Path local = source.local();
              RemotePath target =
                  intoDirectory
                      ? destination.child(LocalNames.name(local.toAbsolutePath().normalize()))
                      : destination;
              put(files, local, target, options.recursive(), 0);
            }
          });
    }
  }

  private void putStandardInput(RemoteFiles files, RemotePath destination) throws IOException {
    // Not closed: standard input belongs to the process.
    FileChannel in = new FileInputStream(FileDescriptor.in).getChannel();
    try (OpenFile file = files.openForWriting(destination, RemoteFiles.DEFAULT_FILE_MODE)) {
      transfer.upload(in, file, Progress.none());
    }
  }

  /**
   * @param keepLinks whether a symbolic link is copied as a link; otherwise the file that it leads
   *     to is copied
   */
  private void put(RemoteFiles files, Path source, RemotePath target, boolean keepLinks, int depth)
      throws IOException {
    LocalAttributes attributes = LocalAttributes.of(source, !keepLinks);
    switch (attributes.type()) {
      case REGULAR -> putFile(files, source, target, attributes);
      case DIRECTORY -> putDirectory(files, source, target, attributes, depth);
      case SYMLINK -> putSymlink(files, source, target);
      case OTHER -> fail(source, "is not a file, directory or symbolic link, and is left out");
    }
  }

  private void putFile(
      RemoteFiles files, Path source, RemotePath target, LocalAttributes attributes)
      throws IOException {
    try (FileChannel in = FileChannel.open(source, StandardOpenOption.READ);
        Progress progress = Progress.of(source.toString(), attributes.size());
        OpenFile file = files.openForWriting(target, attributes.permissions())) {
      transfer.upload(in, file, progress);
    }
    preserve(files, target, attributes);
  }

  private void putDirectory(
      RemoteFiles files, Path source, RemotePath target, LocalAttributes attributes, int depth)
      throws IOException {
    if (!options.recursive()) {
      fail(source, "is a directory; copy it with -r");
      return;
    }
    TreeDepth.check(depth);
    Optional<Attributes> there = files.find(target);
    if (there.isEmpty()) {
      files.makeDirectory(target, attributes.permissions());
    } else if (!FileType.isDirectory(there.get())) {
      throw new ErrnoException(Errno.ENOTDIR, target.toString());
    }
    try (DirectoryStream<Path> children = Files.newDirectoryStream(source)) {
      for (Path child : children) {
        attempt(
            child, () -> put(files, child, target.child(LocalNames.name(child)), true, depth + 1));
      }
    }
    preserve(files, target, attributes);
  }

  private static void putSymlink(RemoteFiles files, Path source, RemotePath target)
      throws IOException {
    files.makeSymlink(target, LocalNames.linkTarget(source));
  }

  private void preserve(RemoteFiles files, RemotePath target, LocalAttributes attributes)
      throws IOException {
    if (options.preserve()) {
      SetAttributes.Builder change = attributes.toChange(files.mayGiveAway());
      files.setAttributes(change.setInode(files.follow(target).getInode()).build());
    }
  }
}
