package org.distrifs.cli.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The transitions of a local cluster whose roles are shell scripts. */
class LocalClusterTest {

  private static final LocalRole FIRST = LocalRole.datanode(1);
  private static final LocalRole SECOND = LocalRole.datanode(2);

  @TempDir Path temp;
  private ClusterFolder folder;
  private FakeRoles roles;
  private int basePort;
  private final List<String> said = new ArrayList<>();
  private Duration startBound = Duration.ofSeconds(20);
  private Duration stopBound = Duration.ofSeconds(20);

  @BeforeEach
  void newFolder() {
    folder = new ClusterFolder(temp.resolve("cluster"));
    roles = new FakeRoles(folder);
    basePort = ThreadLocalRandom.current().nextInt(20_000, 30_000);
  }

  @AfterEach
  void endWhatRuns() {
    if (folder.holdsCluster()) {
      ClusterFlags flags = ClusterFlags.load(folder).orElseThrow();
      for (LocalRole role : LocalRole.all(flags)) {
        RoleProcess.find(folder, role).ifPresent(RoleProcess::kill);
      }
    }
  }

  @Test
  void upStartsEveryRoleAndWritesItsPid() throws IOException {
    cluster().up(twoDatanodes());

    assertThat(roles.launched).containsExactly(LocalRole.MASTER, FIRST, SECOND);
    for (LocalRole role : roles.launched) {
      String pid = Files.readString(folder.pidFile(role)).strip();
      assertThat(ProcessHandle.of(Long.parseLong(pid))).isPresent();
    }
    assertThat(said).hasSize(3).allMatch(line -> line.contains(" up "));
  }

  @Test
  void upOnARunningClusterSaysSoAndChangesNothing() {
    cluster().up(twoDatanodes());
    long pid = pid(FIRST);
    said.clear();

    cluster().up(RequestedFlags.NONE);

    assertThat(roles.launched).hasSize(3);
    assertThat(pid(FIRST)).isEqualTo(pid);
    assertThat(said.get(0)).contains("running already");
  }

  @Test
  void upStartsOnlyWhatDoesNotRun() {
    cluster().up(twoDatanodes());
    cluster().kill("datanode-2");
    roles.launched.clear();

    cluster().up(RequestedFlags.NONE);

    assertThat(roles.launched).containsExactly(SECOND);
  }

  @Test
  void flagsAreRememberedAcrossDownAndUp() {
    cluster().up(twoDatanodes());
    assertThat(cluster().down()).isTrue();
    assertThat(RoleProcess.find(folder, FIRST)).isEmpty();
    roles.launched.clear();

    cluster().up(RequestedFlags.NONE);

    assertThat(roles.launched).containsExactly(LocalRole.MASTER, FIRST, SECOND);
    assertThat(ClusterFlags.load(folder).orElseThrow().basePort()).isEqualTo(basePort);
  }

  @Test
  void aRoleThatFailsAtItsStartIsQuotedAndTheOthersAreStopped() {
    roles.failAtStart(SECOND);

    assertThatThrownBy(() -> cluster().up(twoDatanodes()))
        .isInstanceOf(OperatorException.class)
        .hasMessage("datanode-2 did not start: The port is taken. Choose another.");

    assertThat(RoleProcess.find(folder, LocalRole.MASTER)).isEmpty();
    assertThat(RoleProcess.find(folder, FIRST)).isEmpty();
    assertThat(folder.pidFile(FIRST)).doesNotExist();
  }

  @Test
  void aRoleThatFailsAtItsStartDoesNotTakeRunningOnesWithIt() {
    cluster().up(twoDatanodes());
    cluster().kill("datanode-2");
    roles.failAtStart(SECOND);

    assertThatThrownBy(() -> cluster().start("datanode-2", false))
        .hasMessageContaining("port is taken");

    assertThat(RoleProcess.find(folder, LocalRole.MASTER)).isPresent();
    assertThat(RoleProcess.find(folder, FIRST)).isPresent();
  }

  @Test
  void aRoleThatDoesNotAnswerIsNotWaitedForForEver() {
    startBound = Duration.ofMillis(300);
    roles.neverAnswer(SECOND);

    assertThatThrownBy(() -> cluster().up(twoDatanodes()))
        .isInstanceOf(OperatorException.class)
        .hasMessageContaining("datanode-2 does not answer after");

    assertThat(RoleProcess.find(folder, LocalRole.MASTER)).isEmpty();
  }

  @Test
  void downKillsWhatDoesNotStopAndTellsIt() {
    roles.takeNoNotice(FIRST);
    cluster().up(twoDatanodes());
    stopBound = Duration.ofMillis(300);
    said.clear();

    assertThat(cluster().down()).isFalse();

    assertThat(RoleProcess.find(folder, FIRST)).isEmpty();
    assertThat(said).anyMatch(line -> line.contains("datanode-1") && line.contains("was killed"));
  }

  @Test
  void aRoleIsStoppedAndStartedByName() {
    cluster().up(twoDatanodes());

    assertThat(cluster().stop("datanode-1")).isTrue();
    assertThat(condition(FIRST)).isEqualTo(Condition.DOWN);

    cluster().start("datanode-1", false);
    assertThat(condition(FIRST)).isEqualTo(Condition.UP);
  }

  @Test
  void aKilledRoleIsToldFromAStoppedOne() {
    cluster().up(twoDatanodes());

    cluster().kill("datanode-1");

    assertThat(condition(FIRST)).isEqualTo(Condition.DIED);
    assertThat(condition(SECOND)).isEqualTo(Condition.UP);
  }

  @Test
  void aPidThatWasGivenToAnotherProcessIsNotTakenForTheRole() throws IOException {
    cluster().up(twoDatanodes());
    cluster().kill("datanode-1");
    ProcessIdentity mine = ProcessIdentity.ofRunning(ProcessHandle.current().pid()).orElseThrow();
    ProcessIdentity earlier = new ProcessIdentity(mine.pid(), mine.startTicks() - 1, mine.bootId());
    Files.writeString(folder.pidFile(FIRST), mine.pid() + "\n");
    Files.writeString(folder.processFile(FIRST), earlier.toText());

    assertThat(condition(FIRST)).isEqualTo(Condition.DIED);
    assertThatThrownBy(() -> cluster().kill("datanode-1")).hasMessage("datanode-1 does not run.");
  }

  @Test
  void aPortInUseIsNamedBeforeAnythingIsStarted() throws IOException {
    try (ServerSocket taken = new ServerSocket(basePort + 2, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> cluster().up(twoDatanodes()))
          .isInstanceOf(OperatorException.class)
          .hasMessageContaining("Port " + taken.getLocalPort())
          .hasMessageContaining("datanode-2")
          .hasMessageContaining("--base-port");
    }
    assertThat(roles.launched).isEmpty();
  }

  @Test
  void aRoleThatIsNotThereIsAnsweredWithThoseThatAre() {
    cluster().up(twoDatanodes());

    assertThatThrownBy(() -> cluster().start("datanode-7", false))
        .hasMessageContaining("master, datanode-1, datanode-2");
    assertThatThrownBy(() -> cluster().start("mount", false)).hasMessageContaining("--mount");
  }

  @Test
  void withoutAClusterEachCommandSaysHowToMakeOne() {
    assertThatThrownBy(() -> cluster().down()).hasMessageContaining("distrifs local up");
    assertThatThrownBy(() -> cluster().status()).hasMessageContaining("distrifs local up");
  }

  private RequestedFlags twoDatanodes() {
    return new RequestedFlags(
        Optional.of(2), Optional.of(basePort), Optional.empty(), Optional.empty());
  }

  private LocalCluster cluster() {
    return new LocalCluster(
        folder, new LocalCluster.Environment(roles, roles, startBound, stopBound), said::add);
  }

  private Condition condition(LocalRole role) {
    return cluster().status().stream()
        .filter(state -> state.role().equals(role))
        .findFirst()
        .orElseThrow()
        .condition();
  }

  private long pid(LocalRole role) {
    return RoleProcess.find(folder, role).orElseThrow().pid();
  }
}
