package org.distrifs.fuse.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MountPointTest {
  @TempDir private Path temporary;
  private Path folder;

  @BeforeEach
  void resolve() throws IOException {
    folder = temporary.toRealPath();
  }

  @Test
  void anEmptyFolderWillDo() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    MountPoint point = MountPoint.of(empty);
    point.prepare();
    assertThat(point.path()).isEqualTo(empty);
  }

  @Test
  void symbolicLinksAreFollowedToTheFolderThatTheKernelNames() throws IOException {
    Path real = Files.createDirectories(folder.resolve("a/b"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("a"));
    Path last = Files.createSymbolicLink(folder.resolve("last"), real);

    assertThat(MountPoint.of(link.resolve("b")).path()).isEqualTo(real);
    assertThat(MountPoint.of(last).path()).isEqualTo(real);
    assertThat(MountPoint.of(folder.resolve("a/../a/./b")).path()).isEqualTo(real);
  }

  @Test
  void aSymbolicLinkToItselfIsRefused() throws IOException {
    Path loop = folder.resolve("loop");
    Files.createSymbolicLink(loop, loop);
    assertRefused(loop, "symbolic links");
  }

  @Test
  void whatCannotBeMountedOnIsRefusedWithTheWayOut() throws IOException {
    assertRefused(folder.resolve("missing"), "mkdir -p " + folder.resolve("missing"));
    assertRefused(folder.resolve("no/parent"), "no such folder");
    assertRefused(Files.createFile(folder.resolve("file")), "not a folder");
    assertRefused(folder.resolve("file/below"), "Cannot mount on");
    Files.createFile(Files.createDirectory(folder.resolve("full")).resolve("mine"));
    assertRefused(folder.resolve("full"), "not empty");
    assertRefused(Path.of("/"), "choose a folder below");
    assertRefused(Path.of("/proc"), "proc is mounted there already");
  }

  private static void assertRefused(Path path, String words) {
    assertThatThrownBy(() -> MountPoint.of(path).prepare())
        .isInstanceOf(OperatorException.class)
        .hasMessageContaining(words)
        .hasMessageContaining(path.toString());
  }
}
