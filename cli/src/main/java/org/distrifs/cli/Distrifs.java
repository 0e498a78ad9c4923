package org.distrifs.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The root of all commands. */
@Command(
    name = "distrifs",
    description = "A distributed file system that mounts as an ordinary Linux directory.%n",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    versionProvider = Distrifs.Version.class,
    footer = {
      "",
      "Examples:",
      "  distrifs local up --mount ~/files      a cluster on this machine, mounted on ~/files",
      "  distrifs local down                    stop it; every file stays",
      "  distrifs status                        how the cluster is",
      "  distrifs put -r photos /backup         copy without a mount",
      "",
      "'distrifs COMMAND --help' says more about a command.",
    })
final class Distrifs implements Runnable {

  @Spec private CommandSpec spec;

  @Option(
      names = "--help",
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Say how to use this command.")
  private boolean helpAsked;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Print the version.")
  private boolean versionAsked;

  /** Called when no command is given, which is wrong usage. */
  @Override
  public void run() {
    if (!helpAsked && !versionAsked) {
      throw new ParameterException(spec.commandLine(), "No command is given.");
    }
  }

  static final class Version implements IVersionProvider {
    private static final String RESOURCE = "version.txt";

    @Override
    public String[] getVersion() throws IOException {
      try (InputStream resource = Distrifs.class.getResourceAsStream(RESOURCE)) {
        String version = new String(resource.readAllBytes(), UTF_8).strip();
        return new String[] {"distrifs " + version};
      }
    }
  }
}
