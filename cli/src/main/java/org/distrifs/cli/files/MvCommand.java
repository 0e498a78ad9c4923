package org.distrifs.cli.files;

import java.io.IOException;
import java.util.List;
import org.distrifs.cli.path.Operand;
import org.distrifs.cli.path.RemotePath;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code distrifs mv}. */
@Command(
    name = "mv",
    description = "Rename, or move into a directory. What has the new name is replaced.",
    footer = {
      "",
      "Examples:",
      "  distrifs mv /draft.txt /final.txt",
      "  distrifs mv /a /b /archive"
    })
public final class MvCommand extends FileCommand {

  @Parameters(
      paramLabel = "FROM... TO",
      hideParamSyntax = true,
      arity = "2..*",
      converter = Operand.RemoteConverter.class,
      description = "What to move, and last where to.")
  private List<RemotePath> paths;

  @Override
  void run(RemoteFiles files) throws IOException {
    SourcesAndDestination<RemotePath> operands = SourcesAndDestination.of(paths);
    RemotePath destination = operands.destination();
    boolean intoDirectory = about(destination, () -> files.isDirectory(destination));
    if (!operands.fitInto(intoDirectory)) {
      fail(destination, "is not a directory, and there are several things to move");
      return;
    }
    for (RemotePath source : operands.sources()) {
      attempt(
          source,
          () ->
              files.rename(
                  source,
                  intoDirectory && !source.isRoot()
                      ? destination.child(source.name())
                      : destination));
    }
  }
}
