package org.distrifs.cli.connect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class IdentityTest {

  @Test
  void theFileSystemIdsAndTheUmaskDecide() {
    Identity identity =
        Identity.parse(
            List.of(
                "Name:\tjava",
                "Umask:\t0027",
                "Uid:\t1000\t1001\t1002\t1003",
                "Gid:\t100\t101\t102\t4294967294",
                "Groups:\t100 27 "));

    assertThat(identity.caller().getUid()).isEqualTo(1003);
    assertThat(Integer.toUnsignedString(identity.caller().getGid())).isEqualTo("4294967294");
    assertThat(identity.caller().getGroupsList()).containsExactly(100, 27);
    assertThat(identity.umask()).isEqualTo(027);
    assertThat(identity.isRoot()).isFalse();
  }

  @Test
  void thisProcessHasAnIdentity() {
    assertThat(Identity.ofThisProcess().umask()).isBetween(0, 0777);
  }
}
