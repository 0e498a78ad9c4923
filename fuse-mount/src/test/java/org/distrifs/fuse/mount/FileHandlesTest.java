package org.distrifs.fuse.mount;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.distrifs.fuse.memory.InMemoryClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * File handles that one mount gave, opened by another: its kernel side knows nothing of the file,
 * just as if it had forgotten it.
 */
@Tag("mount")
class FileHandlesTest {
  @TempDir Path scripts;
  private Path script;
  private MountedFolder first;
  private MountedFolder second;

  @BeforeEach
  void mount() throws IOException {
    script = scripts.resolve("handles.pl");
    try (InputStream text = getClass().getResourceAsStream("handles.pl")) {
      Files.copy(text, script);
    }
    InMemoryClient client = new InMemoryClient();
    first = MountedFolder.mount(DriverChoice.KERNEL, client);
    first.shell("mkdir -p d/e; echo text > d/e/file; echo other > above; ln above d/linked");
    second = MountedFolder.mount(DriverChoice.KERNEL, client);
  }

  @AfterEach
  void unmount() throws IOException {
    try {
      second.close();
    } finally {
      first.close();
    }
  }

  private String handle(String path) throws IOException {
    return first.shell("perl " + script + " name " + path).strip();
  }

  private String opened(MountedFolder mount, String handle) throws IOException {
    return mount.shell("perl " + script + " open . " + handle).strip();
  }

  @Test
  void aHandleLeadsToWhatTheMountHasNeverSeen() throws IOException {
    String file = handle("d/e/file");
    String folder = handle("d/e");
    first.shell("mv d/e/file renamed");

    assertThat(opened(second, file)).isEqualTo("text");
    assertThat(opened(second, folder)).isEqualTo(second.folder() + "/d/e");
    assertThat(opened(second, handle("."))).isEqualTo(second.folder().toString());
    assertThat(opened(second, handle(".distrifs/stats"))).startsWith("# HELP");
  }

  @Test
  void aHandleOfWhatWasRemovedLeadsNowhere() throws IOException {
    String file = handle("d/e/file");
    String folder = handle("d/e");
    first.shell("rm -r d/e; mkdir d/e; echo text > d/e/file");

    assertThat(opened(second, file)).isEqualTo("ESTALE");
    assertThat(opened(second, folder)).isEqualTo("ESTALE");
    assertThat(opened(second, handle("d/e/file"))).isEqualTo("text");
  }

  @Test
  void aHandleLeadsOutOfNoSubdirectory() throws IOException {
    first.shell("mkdir other; echo hidden > other/hidden");
    try (MountedFolder part =
        MountedFolder.mount(
            DriverChoice.KERNEL, first.client(), Map.of(MountSettings.SUBDIR.key(), "/d"))) {
      assertThat(opened(part, handle("d/e/file"))).isEqualTo("text");
      assertThat(opened(part, handle("d/e"))).isEqualTo(part.folder() + "/e");
      assertThat(opened(part, handle("above"))).as("has a name in it").isEqualTo("other");
      assertThat(opened(part, handle("other/hidden"))).isEqualTo("ESTALE");
      assertThat(opened(part, handle("other"))).isEqualTo("ESTALE");
      assertThat(opened(part, handle("d")))
          .as("its root is no node by its inode")
          .isEqualTo("ESTALE");
      // The root of any mount has the same handle.
      assertThat(opened(part, handle("."))).isEqualTo(part.folder().toString());
    }
  }
}
