package org.distrifs.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The options that {@code bin/distrifs} passes to the JVM. In these tests java is a script that
 * prints its arguments, a line for each.
 */
class LauncherTest {
  private static final Path SCRIPT = Path.of("src/main/dist/bin/distrifs");
  private static final int BOUND_S = 60;

  private record Answer(int exitStatus, List<String> lines) {}

  @TempDir Path folder;
  private Path program;
  private Path jdk;

  @BeforeEach
  void install() throws IOException {
    Path home = Files.createDirectories(folder.resolve("distribution"));
    Files.createDirectory(home.resolve("lib"));
    program = Files.createDirectory(home.resolve("bin")).resolve("distrifs");
    Files.copy(SCRIPT, program);
    assertThat(program.toFile().setExecutable(true)).isTrue();
    jdk = Files.createDirectory(folder.resolve("jdk"));
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"17.0.1\"\n");
    Path java = Files.createDirectory(jdk.resolve("bin")).resolve("java");
    Files.writeString(
        java,
        "#!/bin/sh\necho \"arenas=${MALLOC_ARENA_MAX:-}"
            + " mmap=${MALLOC_MMAP_THRESHOLD_:-} trim=${MALLOC_TRIM_THRESHOLD_:-}\"\n"
            + "printf '%s\\n' \"$@\"\n");
    assertThat(java.toFile().setExecutable(true)).isTrue();
  }

  private Answer run(Map<String, String> variables, String... arguments) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(program.toString());
    builder.command().addAll(List.of(arguments));
    Map<String, String> environment = builder.environment();
    environment
        .keySet()
        .removeIf(name -> name.startsWith("DISTRIFS_") || name.startsWith("MALLOC_"));
    environment.put("DISTRIFS_JAVA_HOME", jdk.toString());
    environment.putAll(variables);
    Process process = builder.redirectErrorStream(true).start();
    process.getOutputStream().close();
    List<String> lines =
        new String(process.getInputStream().readAllBytes(), UTF_8).lines().toList();
    assertThat(process.waitFor(BOUND_S, TimeUnit.SECONDS)).isTrue();
    return new Answer(process.exitValue(), lines);
  }

  private List<String> heapFlags(Map<String, String> variables, String role) throws Exception {
    Answer answer = run(variables, role);
    assertThat(answer.exitStatus()).isZero();
    assertThat(answer.lines()).contains("org.distrifs.cli.Main", role);
    return answer.lines().stream().filter(line -> line.startsWith("-Xmx")).toList();
  }

  @Test
  void eachRoleHasAHeapOfItsOwn() throws Exception {
    assertThat(heapFlags(Map.of(), "master")).containsExactly("-Xmx1g");
    assertThat(heapFlags(Map.of(), "datanode")).containsExactly("-Xmx512m");
    assertThat(heapFlags(Map.of(), "mount")).containsExactly("-Xmx512m");
  }

  @Test
  void theHeapOfARoleIsSetByItsOwnVariable() throws Exception {
    Map<String, String> variables =
        Map.of(
            "DISTRIFS_MASTER_HEAP", "4g",
            "DISTRIFS_DATANODE_HEAP", "700M",
            "DISTRIFS_MOUNT_HEAP", "262144k");
    assertThat(heapFlags(variables, "master")).containsExactly("-Xmx4g");
    assertThat(heapFlags(variables, "datanode")).containsExactly("-Xmx700M");
    assertThat(heapFlags(variables, "mount")).containsExactly("-Xmx262144k");
    assertThat(heapFlags(Map.of("DISTRIFS_MASTER_HEAP", ""), "master")).containsExactly("-Xmx1g");
  }

  @Test
  void furtherFlagsComeLastSoThatTheyWin() throws Exception {
    assertThat(heapFlags(Map.of("DISTRIFS_JAVA_OPTS", "-Xmx2g"), "master"))
        .containsExactly("-Xmx1g", "-Xmx2g");
  }

  @ParameterizedTest
  @ValueSource(strings = {"512", "m", "0m", "5m5", "1.5g", "-1g", "1 g", "1g -version", "lots"})
  void whatIsNoSizeOfAHeapIsRefusedBeforeAnythingStarts(String heap) throws Exception {
    assertHeapIsRefused(heap, "give a whole number with k, m or g, as 512m");
  }

  @ParameterizedTest
  @ValueSource(strings = {"47m", "49151k"})
  void aHeapThatIsTooSmallIsRefusedBeforeAnythingStarts(String heap) throws Exception {
    assertHeapIsRefused(heap, "give 48m or more");
  }

  private void assertHeapIsRefused(String heap, String wayOut) throws Exception {
    String line = "distrifs: DISTRIFS_MOUNT_HEAP is '%s': %s".formatted(heap, wayOut);
    assertThat(run(Map.of("DISTRIFS_MOUNT_HEAP", heap), "mount"))
        .isEqualTo(new Answer(1, List.of(line)));
  }

  @Test
  void aRoleUsesFewArenasOfMallocUnlessTheOperatorSaysHowMany() throws Exception {
    assertThat(mallocOf(Map.of(), "datanode")).startsWith("arenas=2 ");
    assertThat(mallocOf(Map.of("MALLOC_ARENA_MAX", "8"), "datanode")).startsWith("arenas=8 ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"master", "datanode", "mount"})
  void aRoleKeepsFreedBuffersUnlessTheOperatorSaysHowMuch(String role) throws Exception {
    assertThat(mallocOf(Map.of(), role)).endsWith(" mmap=8388608 trim=67108864");
    Map<String, String> variables =
        Map.of("MALLOC_MMAP_THRESHOLD_", "131072", "MALLOC_TRIM_THRESHOLD_", "0");
    assertThat(mallocOf(variables, role)).endsWith(" mmap=131072 trim=0");
  }

  @Test
  void aCommandLeavesMallocAsItIs() throws Exception {
    assertThat(mallocOf(Map.of(), "status")).isEqualTo("arenas= mmap= trim=");
  }

  /** What the JVM is told about malloc. */
  private String mallocOf(Map<String, String> variables, String command) throws Exception {
    return run(variables, command).lines().get(0);
  }

  @Test
  void aCommandGetsNoHeapOfARole() throws Exception {
    assertThat(heapFlags(Map.of("DISTRIFS_MASTER_HEAP", "nothing"), "status")).isEmpty();
  }
}
