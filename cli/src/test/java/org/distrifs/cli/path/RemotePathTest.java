package org.distrifs.cli.path;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;

class RemotePathTest {

  @Test
  void slashesAndDotsThatMeanNothingAreLeftOut() {
    assertThat(path("//a/./b//c/")).isEqualTo(path("/a/b/c")).hasToString("/a/b/c");
    assertThat(path("a/b")).isEqualTo(path("/a/b"));
    assertThat(path("/")).isEqualTo(path("")).isEqualTo(RemotePath.ROOT).hasToString("/");
  }

  @Test
  void twoDotsStayForSymbolicLinksDecideWhereTheyLead() {
    assertThat(path("/a/../b").names()).hasSize(3);
  }

  @Test
  void namesAreBytesAndNeedNotBeText() {
    ByteString name = ByteString.copyFrom(new byte[] {'x', (byte) 0xff, (byte) 0xfe});

    RemotePath path = RemotePath.ROOT.child(name);

    assertThat(path.name()).isEqualTo(name);
    assertThat(path.bytes()).isEqualTo(ByteString.copyFromUtf8("/").concat(name));
  }

  @Test
  void theParentOfTheRootIsTheRoot() {
    assertThat(path("/a/b").parent()).isEqualTo(path("/a"));
    assertThat(path("/a").parent()).isEqualTo(RemotePath.ROOT);
    assertThat(RemotePath.ROOT.parent()).isEqualTo(RemotePath.ROOT);
  }

  private static RemotePath path(String text) {
    return RemotePath.of(ByteString.copyFromUtf8(text));
  }
}
