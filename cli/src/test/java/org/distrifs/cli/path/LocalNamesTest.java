package org.distrifs.cli.path;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Local names keep their bytes in both directions. */
class LocalNamesTest {

  private static final ByteString NO_TEXT =
      ByteString.copyFrom(new byte[] {'b', (byte) 0xff, '%', ' ', (byte) 0x80});

  @TempDir Path folder;

  @Test
  void aFileIsMadeUnderANameThatIsNoTextAndListedUnderIt() throws IOException {
    Files.writeString(LocalNames.child(folder, NO_TEXT), "here");

    assertThat(names()).containsExactly(NO_TEXT);
    assertThat(Files.readString(LocalNames.child(folder, NO_TEXT))).isEqualTo("here");
  }

  @Test
  void everySingleByteThatANameMayHoldSurvives() throws IOException {
    List<ByteString> made = new ArrayList<>();
    for (int value = 1; value < 256; value++) {
      if (value != '/') {
        ByteString name = ByteString.copyFrom(new byte[] {'n', (byte) value});
        Files.createFile(LocalNames.child(folder, name));
        made.add(name);
      }
    }

    assertThat(names()).containsExactlyInAnyOrderElementsOf(made);
  }

  @Test
  void aDirectorysNameHasNoSlashAtItsEnd() throws IOException {
    Path directory = Files.createDirectory(folder.resolve("directory"));

    assertThat(LocalNames.name(directory)).isEqualTo(ByteString.copyFromUtf8("directory"));
  }

  @Test
  void theTargetOfALinkKeepsItsBytesAndStaysRelative() throws IOException {
    ByteString target = ByteString.copyFromUtf8("../up/").concat(NO_TEXT);
    Path link = folder.resolve("link");

    Files.createSymbolicLink(link, LocalNames.path(target));

    assertThat(LocalNames.linkTarget(link)).isEqualTo(target);
  }

  private List<ByteString> names() throws IOException {
    List<ByteString> names = new ArrayList<>();
    try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
      children.forEach(child -> names.add(LocalNames.name(child)));
    }
    return names;
  }
}
