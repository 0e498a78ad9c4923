package org.distrifs.cli.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Optional;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RequestedFlagsTest {

  private static final Path MOUNT = Path.of("/mnt/a");
  private static final ClusterFlags REMEMBERED = new ClusterFlags(3, 7400, 2, Optional.of(MOUNT));

  @TempDir Path temp;

  @Test
  void aNewClusterHasThreeDatanodesAndThreeReplicas() {
    assertThat(RequestedFlags.NONE.forNewCluster())
        .isEqualTo(new ClusterFlags(3, 7400, 3, Optional.empty()));
  }

  @Test
  void fewerDatanodesMeanFewerReplicasUnlessTheirNumberIsGiven() {
    assertThat(asked(1, null, null, null).forNewCluster().replication()).isEqualTo(1);
    assertThatThrownBy(() -> asked(2, null, 3, null).forNewCluster())
        .isInstanceOf(OperatorException.class)
        .hasMessageContaining("--replication 3 needs at least 3 datanodes");
  }

  @Test
  void numbersOutOfRangeAreNamedWithTheirRange() {
    assertThatThrownBy(() -> asked(0, null, null, null).forNewCluster())
        .hasMessage("--datanodes is 0: give a number from 1 to 49.");
    assertThatThrownBy(() -> asked(null, 80, null, null).forNewCluster())
        .hasMessageContaining("--base-port is 80");
  }

  @Test
  void whatIsNotGivenIsRemembered() {
    assertThat(RequestedFlags.NONE.forExistingCluster(REMEMBERED, true, true))
        .isEqualTo(REMEMBERED);
  }

  @Test
  void replicationAndDatanodesCannotBeChanged() {
    assertThatThrownBy(
            () -> asked(null, null, 3, null).forExistingCluster(REMEMBERED, false, false))
        .hasMessageContaining("made with --replication 2");
    assertThatThrownBy(
            () -> asked(5, null, null, null).forExistingCluster(REMEMBERED, false, false))
        .hasMessageContaining("made with --datanodes 3");
  }

  @Test
  void portsCanBeChangedWhileTheClusterIsDown() {
    RequestedFlags otherPort = asked(null, 9000, null, null);

    assertThat(otherPort.forExistingCluster(REMEMBERED, false, false).basePort()).isEqualTo(9000);
    assertThatThrownBy(() -> otherPort.forExistingCluster(REMEMBERED, true, false))
        .hasMessageContaining("distrifs local down");
  }

  @Test
  void theMountCanBeMovedWhileItIsDown() {
    RequestedFlags elsewhere = asked(null, null, null, Path.of("/mnt/b"));

    assertThat(elsewhere.forExistingCluster(REMEMBERED, true, false).mount())
        .contains(Path.of("/mnt/b"));
    assertThatThrownBy(() -> elsewhere.forExistingCluster(REMEMBERED, true, true))
        .hasMessageContaining("distrifs local stop mount");
  }

  @Test
  void flagsAreReadBackAsTheyWereSaved() {
    ClusterFolder folder = new ClusterFolder(temp);
    folder.make();
    ClusterFlags flags =
        new ClusterFlags(4, 9000, 2, Optional.of(Path.of("/mnt/with \"quotes\" and ü")));

    flags.save(folder);

    assertThat(ClusterFlags.load(folder)).contains(flags);
  }

  private static RequestedFlags asked(
      Integer datanodes, Integer basePort, Integer replication, Path mount) {
    return new RequestedFlags(
        Optional.ofNullable(datanodes),
        Optional.ofNullable(basePort),
        Optional.ofNullable(replication),
        Optional.ofNullable(mount));
  }
}
