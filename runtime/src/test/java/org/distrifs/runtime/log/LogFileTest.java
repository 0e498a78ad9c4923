package org.distrifs.runtime.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.distrifs.runtime.ChildProcess;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A logback of its own for each test, as the real one is configured. */
class LogFileTest {

  private static final long FILE_BYTES = 8 << 10;
  private static final int LONGEST_LINE_BYTES = 200;
  private static final Pattern LINE =
      Pattern.compile("\\S+Z INFO  \\[[^]]+] T - writer (\\d+) line (\\d+)");

  @TempDir Path folder;
  private Path file;
  private final LoggerContext context = new LoggerContext();
  private final Logger log = context.getLogger("T");

  @BeforeEach
  void configure() throws Exception {
    file = folder.resolve("role.log");
    context.setMDCAdapter(new LogbackMDCAdapter());
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(context);
    configurator.doConfigure(LogFileTest.class.getResource("/logback.xml"));
  }

  @AfterEach
  void stop() {
    context.stop();
  }

  private void use(int olderFiles) throws IOException {
    LogFile.use(context, file, new LogBounds(FILE_BYTES, olderFiles));
  }

  /** Each thread logs lines 0, 1, 2 … of its own, as many in all as fill these files. */
  private int write(int threads, int files) {
    int lines = Math.toIntExact(FILE_BYTES * files / 60 / threads);
    CompletableFuture<?>[] writers =
        IntStream.range(0, threads)
            .mapToObj(
                writer ->
                    CompletableFuture.runAsync(
                        () -> {
                          for (int line = 0; line < lines; line++) {
                            log.info("writer {} line {}", writer, line);
                          }
                        }))
            .toArray(CompletableFuture[]::new);
    CompletableFuture.allOf(writers).join();
    return lines;
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(each -> each.getFileName().toString()).sorted().toList();
    }
  }

  /** The oldest first, and the file itself at last. */
  private List<String> lines(int olderFiles) throws IOException {
    List<String> lines = new ArrayList<>();
    for (int number = olderFiles; number >= 1; number--) {
      Path older = folder.resolve("role.log." + number + ".gz");
      if (Files.exists(older)) {
        lines.addAll(decompressed(older));
      }
    }
    lines.addAll(Files.readAllLines(file));
    return lines;
  }

  private static List<String> decompressed(Path older) throws IOException {
    try (InputStream in = new GZIPInputStream(Files.newInputStream(older))) {
      String text = new String(in.readAllBytes(), UTF_8);
      assertThat(text).endsWith("\n");
      return text.lines().toList();
    }
  }

  @Test
  void noLineIsLostOrCutWhereAFileEnds() throws IOException {
    use(100);
    int threads = 4;
    int each = write(threads, 20);
    context.stop();

    int[] next = new int[threads];
    for (String line : lines(100)) {
      Matcher parts = LINE.matcher(line);
      assertThat(parts.matches()).as(line).isTrue();
      int writer = Integer.parseInt(parts.group(1));
      assertThat(Integer.parseInt(parts.group(2))).as(line).isEqualTo(next[writer]++);
    }
    assertThat(next).containsOnly(each);
    assertThat(names()).contains("role.log", "role.log.1.gz", "role.log.15.gz");
  }

  @Test
  void asManyOlderFilesAreKeptAsAreAllowedAndEachIsBounded() throws IOException {
    use(3);
    int each = write(1, 10);
    context.stop();

    assertThat(names())
        .containsExactly(
            "role.log", "role.log.1.gz", "role.log.2.gz", "role.log.3.gz", "role.log.lock");
    List<String> lines = lines(3);
    assertThat(lines.get(lines.size() - 1)).endsWith("writer 0 line " + (each - 1));
    assertThat(Files.size(file)).isLessThan(FILE_BYTES + LONGEST_LINE_BYTES);
    for (int number = 1; number <= 3; number++) {
      List<String> older = decompressed(folder.resolve("role.log." + number + ".gz"));
      assertThat(older.stream().mapToLong(line -> line.length() + 1).sum())
          .isBetween(FILE_BYTES, FILE_BYTES + LONGEST_LINE_BYTES);
    }
  }

  @Test
  void whatTheLastRunLoggedStaysAndWhatItDidNotCompressIsCompressed() throws IOException {
    Files.writeString(file, "before\n");
    Files.writeString(folder.resolve("role.log.1"), "older\n");
    Files.writeString(folder.resolve("role.log.gz.new"), "half");
    use(3);
    log.info("after");
    context.stop();

    assertThat(names()).containsExactly("role.log", "role.log.1.gz", "role.log.lock");
    List<String> lines = lines(3);
    assertThat(lines).hasSize(3).startsWith("older", "before");
    assertThat(lines.get(2)).endsWith("after");
  }

  @Test
  void aFileThatCannotBeSetAsideGoesOnAndNothingIsGivenUpForIt() throws IOException {
    // A full folder where the oldest has to be deleted: nobody can, not even root.
    Files.createDirectories(folder.resolve("role.log.2.gz/full"));
    Files.writeString(folder.resolve("role.log.1.gz"), "kept");
    use(2);
    int each = write(1, 10);
    context.stop();

    assertThat(Files.readAllLines(file).stream().filter(line -> LINE.matcher(line).matches()))
        .hasSize(each);
    assertThat(Files.readString(file)).contains("Cannot rename " + file);
    assertThat(Files.readString(folder.resolve("role.log.1.gz"))).isEqualTo("kept");
  }

  @Test
  void aFileThatSomebodyTookAwayIsBegunAgain() throws IOException {
    use(3);
    log.info("first");
    Files.move(file, folder.resolve("taken"));
    log.info("second");

    assertThat(Files.readString(folder.resolve("taken"))).contains("first");
    assertThat(Files.readString(file)).contains("second");
  }

  @Test
  void aFullDiskStopsNobody() throws IOException {
    Files.createSymbolicLink(file, Path.of("/dev/full"));
    use(3);
    log.info("lost");
    log.info("lost, too");
    Files.delete(file);
    log.info("there is room again");

    assertThat(Files.readString(file)).contains("there is room again");
  }

  @Test
  void aFolderThatDoesNotExistIsToldAndNothingIsChanged() {
    file = folder.resolve("none/role.log");
    assertThatThrownBy(() -> use(3)).isInstanceOf(IOException.class);
    assertThat(context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("STDERR")).isNotNull();
  }

  /** A role as it starts with a log file in the environment; logs a line. */
  static final class Role {
    public static void main(String[] arguments) {
      Logging.start(Logging.Use.ROLE, Map.of(Logging.FILE_VARIABLE, arguments[0]));
      Logging.root().info("logged");
      System.err.println("printed");
    }
  }

  @Test
  void twoProcessesDoNotLogToOneFile() throws IOException {
    use(3);
    List<String> output = new ArrayList<>();
    try (ChildProcess role = ChildProcess.start(Role.class, file.toString())) {
      for (String line = role.readLine(); line != null; line = role.readLine()) {
        output.add(line);
      }
    }
    assertThat(String.join("\n", output))
        .contains("Cannot log to " + file)
        .contains("another process logs to it")
        .contains("- logged")
        .endsWith("printed");
    assertThat(file).isEmptyFile();
  }

  @Test
  void theEnvironmentSetsTheBounds() {
    assertThat(LogBounds.of(Map.of())).isEqualTo(new LogBounds(16 << 20, 9));
    assertThat(
            LogBounds.of(
                Map.of("DISTRIFS_LOG_FILE_SIZE", "64k", "DISTRIFS_LOG_OLDER_FILES", "100")))
        .isEqualTo(new LogBounds(64 << 10, 100));
    for (String size : List.of("16", "3k", "2g", "m", "-1m", "1.5m", "99999999999g")) {
      assertThatThrownBy(() -> LogBounds.of(Map.of("DISTRIFS_LOG_FILE_SIZE", size)))
          .isInstanceOf(OperatorException.class)
          .hasMessageContaining("DISTRIFS_LOG_FILE_SIZE is '" + size + "': set it to");
    }
    for (String older : List.of("0", "101", "-1", "few", "9999999999")) {
      assertThatThrownBy(() -> LogBounds.of(Map.of("DISTRIFS_LOG_OLDER_FILES", older)))
          .isInstanceOf(OperatorException.class)
          .hasMessageContaining("DISTRIFS_LOG_OLDER_FILES is '" + older + "': set it to");
    }
  }
}
