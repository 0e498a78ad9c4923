package org.distrifs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** How the command line answers wrong usage and requests for help. */
class MainTest {

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "local up",
        "local status",
        "master",
        "datanode",
        "mount",
        "umount",
        "put",
        "get",
        "cat",
        "ls",
        "stat",
        "mkdir",
        "mv",
        "rm",
        "df",
        "status",
        "locate"
      })
  void anUnknownFlagIsNamedWithTheCommandThatWasGivenIt(String command) {
    assertThat(run((command + " --nonsense").split(" "))).isEqualTo(2);
    assertThat(err.toString())
        .startsWith("distrifs: " + command + ": Unknown option: '--nonsense'")
        .contains("Try 'distrifs " + command + " --help'.");
  }

  @Test
  void anUnknownCommandIsNamedWithTheNearestOne() {
    assertThat(run("statu")).isEqualTo(2);
    assertThat(err.toString()).contains("'statu' is no command").contains("distrifs status");
  }

  @Test
  void noCommandAtAllIsAMistake() {
    assertThat(run()).isEqualTo(2);
    assertThat(err.toString()).contains("distrifs --help");
    assertThat(run("local")).isEqualTo(2);
  }

  @Test
  void helpListsEveryCommandAndEachOfThemHelps() {
    assertThat(run("--help")).isZero();
    CommandLine all = Main.commandLine();
    assertThat(all.getSubcommands()).hasSizeGreaterThan(12);
    all.getSubcommands()
        .forEach(
            (name, command) -> {
              assertThat(out.toString()).contains("\n  " + name + " ");
              assertThat(run(name, "--help")).as(name).isZero();
              assertThat(command.getCommandSpec().usageMessage().description())
                  .as(name)
                  .isNotEmpty();
            });
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void theVersionIsThatOfTheBuild() {
    assertThat(run("--version")).isZero();
    assertThat(out.toString()).matches("distrifs \\d+\\.\\d+\\.\\d+\\s+");
  }

  @ParameterizedTest
  @ValueSource(strings = {"master", "datanode", "mount"})
  void everyRoleHasAnExampleOfItsSettings(String role) {
    assertThat(run("example-conf", role)).isZero();
    assertThat(out.toString()).contains("Permitted: ").contains(role + ".");
  }

  @Test
  void aMasterWithoutADataFolderSaysWhichSettingIsMissing() {
    assertThat(run("master")).isEqualTo(2);
    assertThat(err.toString()).contains("master.dataDir").doesNotContain("\tat ");
  }

  @Test
  void aMisspelledSettingIsAnsweredWithTheNearest() {
    assertThat(run("master", "--data", "/nowhere", "--set", "master.prot=1")).isEqualTo(2);
    assertThat(err.toString()).contains("did you mean master.port?");
  }

  @Test
  void aMalformedAddressOfAMasterIsNamed() {
    assertThat(run("ls", "/", "--master", "nonsense")).isEqualTo(2);
    assertThat(err.toString()).contains("\"nonsense\" is no address");
  }

  @Test
  void aMountIsEitherHardOrHasATimeout() {
    assertThat(run("mount", "--hard", "--timeout", "5", "/nowhere")).isEqualTo(2);
    assertThat(err.toString()).contains("--timeout").contains("--hard");
    assertThat(run("mount", "--timeout", "0", "/nowhere")).isEqualTo(2);
    assertThat(err.toString()).contains("client.operationTimeoutMs");
  }

  private int run(String... arguments) {
    CommandLine commandLine = Main.commandLine(arguments);
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    return commandLine.execute(arguments);
  }
}
