package org.distrifs.master.acl;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.HexFormat;
import org.distrifs.proto.error.Errno;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PosixAclTest {

  private static PosixAcl acl(String text) {
    ByteString value = AclText.parse(text);
    assertThat(PosixAcl.check(value)).isZero();
    return PosixAcl.of(value);
  }

  /** What {@code setfacl -m u:1000:rw f} on a file of mode 640 stores (getfattr -e hex). */
  @Test
  void theFormatIsThatOfLinux() {
    String hex =
        "02000000"
            + "01000600ffffffff"
            + "02000600e8030000"
            + "04000400ffffffff"
            + "10000600ffffffff"
            + "20000000ffffffff";
    ByteString value = ByteString.copyFrom(HexFormat.of().parseHex(hex));
    assertThat(value).isEqualTo(AclText.parse("u::rw-,u:1000:rw-,g::r--,m::rw-,o::---"));
    assertThat(PosixAcl.check(value)).isZero();
    assertThat(PosixAcl.of(value).permissionBits()).isEqualTo(0660);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "u::rwx",
        "u::rwx,g::r-x",
        "g::r-x,u::rwx,o::r-x",
        "u::rwx,u::rwx,g::r-x,o::r-x",
        "u::rwx,g::r-x,o::r-x,o::r-x",
        "u::rwx,u:1000:r--,g::r-x,o::r-x",
        "u::rwx,g::r-x,g:1000:r--,o::r-x",
        "u::rwx,g::r-x,u:1000:r--,m::rwx,o::r-x",
        "u::rwx,u:-1:r--,g::r-x,m::rwx,o::r-x",
        "u::rwx,g::r-x,m::rwx,m::rwx,o::r-x",
      })
  void whatIsNoAclIsRefused(String text) {
    assertThat(PosixAcl.check(AclText.parse(text))).isEqualTo(Errno.EINVAL.code());
  }

  @Test
  void whatIsNoValueOfAnAclIsRefused() {
    ByteString valid = AclText.parse("u::rwx,g::r-x,o::r-x");
    assertThat(PosixAcl.check(ByteString.EMPTY)).isEqualTo(Errno.EINVAL.code());
    assertThat(PosixAcl.check(valid.substring(0, 3))).isEqualTo(Errno.EINVAL.code());
    assertThat(PosixAcl.check(valid.substring(0, valid.size() - 1))).isEqualTo(Errno.EINVAL.code());
    ByteString otherVersion = ByteString.copyFrom(new byte[] {1}).concat(valid.substring(1));
    assertThat(PosixAcl.check(otherVersion)).isEqualTo(Errno.EOPNOTSUPP.code());
    ByteString otherTag =
        valid
            .substring(0, 4)
            .concat(ByteString.copyFrom(new byte[] {3}))
            .concat(valid.substring(5));
    assertThat(PosixAcl.check(otherTag)).isEqualTo(Errno.EINVAL.code());
    ByteString otherPermission =
        valid
            .substring(0, 6)
            .concat(ByteString.copyFrom(new byte[] {8}))
            .concat(valid.substring(7));
    assertThat(PosixAcl.check(otherPermission)).isEqualTo(Errno.EINVAL.code());
    String many = "u::rwx," + "u:7:r--,".repeat(600) + "g::r-x,m::rwx,o::r-x";
    assertThat(PosixAcl.check(AclText.parse(many))).isEqualTo(Errno.E2BIG.code());
  }

  @Test
  void noEntriesMeanNoAcl() {
    assertThat(acl("").isEmpty()).isTrue();
    assertThat(acl("u::rwx,g::r-x,o::r-x").isEmpty()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "u::rwx,g::r-x,o::--x true 751",
        "u::rwx,g::r-x,m::--x,o::--- false 710",
        "u::rw-,u:1000:rwx,g::r--,m::rwx,o::--- false 670",
        "u::rw-,g::r--,g:100:-w-,m::-w-,o::r-- false 624",
      })
  void itStandsForPermissionBits(String text, boolean equivalent, String octal) {
    assertThat(acl(text).isEquivalentToMode()).isEqualTo(equivalent);
    assertThat(Integer.toOctalString(acl(text).permissionBits())).isEqualTo(octal);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "u::rwx,u:7:rwx,g::r-x,m::rwx,o::r-x 4640 u::rw-,u:7:rwx,g::r-x,m::r--,o::---",
        "u::---,g::---,o::--- 0751 u::rwx,g::r-x,o::--x",
      })
  void chmodRewritesOwnerMaskAndOthers(String before, String mode, String after) {
    PosixAcl changed = acl(before).withPermissionBits(Integer.parseInt(mode, 8));
    assertThat(changed.value()).isEqualTo(AclText.parse(after));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        // A program that asks for 666 gets no x, and others what the directory grants.
        "u::rwx,u:7:rwx,g::r-x,m::rwx,o::--x 666 u::rw-,u:7:rwx,g::r-x,m::rw-,o::---",
        "u::rwx,u:7:rwx,g::r-x,m::r-x,o::r-x 777 u::rwx,u:7:rwx,g::r-x,m::r-x,o::r-x",
        "u::rwx,g::r-x,o::--- 640 u::rw-,g::r--,o::---",
      })
  void whatIsInheritedIsGrantedByBothSides(String directory, String mode, String made) {
    PosixAcl inherited = acl(directory).inheritedWith(Integer.parseInt(mode, 8));
    assertThat(inherited.value()).isEqualTo(AclText.parse(made));
  }
}
