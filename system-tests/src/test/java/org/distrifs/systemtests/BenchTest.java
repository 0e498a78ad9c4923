package org.distrifs.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.distrifs.systemtests.cluster.Command;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code scripts/bench} on local folders, with very few operations. */
class BenchTest {
  /** Two levels above the folder of the distribution, dist/distrifs-VERSION. */
  private static final Path SCRIPT =
      Path.of(System.getProperty("distrifs.dist")).resolve("../../scripts/bench").normalize();

  @TempDir Path folder;

  @Test
  void measuresEachRowOnEachFolderAndLeavesNothing() throws Exception {
    final Path first = Files.createDirectory(folder.resolve("first"));
    final Path second = Files.createDirectory(folder.resolve("second"));
    final Path json = folder.resolve("figures.json");
    final Path plot = folder.resolve("ratios.svg");
    final Command.Result result =
        bench(
            first,
            "--against",
            second,
            "--rounds",
            1,
            "--rows",
            "create,overwrite,stat-warm,read-warm,ls-warm,rename,unlink,seqwrite,tar,git,rm,sqlite",
            "--files",
            8,
            "--overwrites",
            2,
            "--size-mib",
            4,
            "--tree",
            20,
            "--inserts",
            2,
            "--json",
            json,
            "--plot",
            plot);

    assertThat(result.exitStatus()).as(result.output()).isZero();
    for (final String row :
        List.of("create-4", "overwrite-fsync", "ls-warm", "unlink-1", "seqwrite-4", "git", "rm")) {
      assertThat(result.output())
          .containsPattern("(?m)^" + row + " +" + first + " +[0-9.]+ (per s|MB/s|s) ");
      assertThat(Files.readString(json)).contains("\"name\": \"" + row + "\"");
      assertThat(Files.readString(plot)).contains(">" + row + "<");
    }
    assertThat(first).isEmptyDirectory();
    assertThat(second).isEmptyDirectory();
  }

  @Test
  void countsTheSwitchesOfARole() throws Exception {
    final Path json = folder.resolve("figures.json");
    final Path measured = Files.createDirectory(folder.resolve("measured"));
    // Makes a thread of this process sleep a thousand times a second, which must be counted.
    final ScheduledExecutorService sleeper = Executors.newSingleThreadScheduledExecutor();
    try {
      sleeper.scheduleAtFixedRate(() -> {}, 0, 1, TimeUnit.MILLISECONDS);
      bench(
              measured,
              "--rounds",
              1,
              "--rows",
              "create-1",
              "--files",
              1,
              "--rest-s",
              0,
              "--role",
              "sleeper=" + ProcessHandle.current().pid(),
              "--json",
              json)
          .expectSuccess();
    } finally {
      sleeper.shutdownNow();
    }
    final Matcher switches =
        Pattern.compile("\"switches\": \\{\\s*\"sleeper\": ([0-9.]+)")
            .matcher(Files.readString(json));
    assertThat(switches.find()).isTrue();
    assertThat(Double.parseDouble(switches.group(1))).isBetween(100.0, 1_000_000.0);
  }

  @Test
  void saysWhatIsWrongBeforeItMakesAnything() {
    assertRefused("there is no folder " + folder.resolve("none"), folder.resolve("none"));
    assertRefused("there is no row frobnicate", folder, "--rows", "frobnicate");
    assertRefused("MiB left, and the rows need", folder, "--rows", "create", "--files", 999999999);
    assertRefused("its process 4194305 does not run", folder, "--role", "gone=4194305");
    assertRefused("a role is NAME=PID", folder, "--role", "nothing");
    assertRefused("there is no local cluster in " + folder, folder, "--dir", folder);
    assertThat(folder).isEmptyDirectory();
  }

  private void assertRefused(String sentence, Object... arguments) {
    final Command.Result result = bench(arguments);
    assertThat(result.exitStatus()).isEqualTo(1);
    assertThat(result.output()).startsWith("bench: ").contains(sentence).hasLineCount(1);
  }

  private static Command.Result bench(Object... arguments) {
    final List<String> command = new ArrayList<>(List.of(SCRIPT.toString()));
    for (final Object argument : arguments) {
      command.add(argument.toString());
    }
    return Command.run(Command.BOUND, command);
  }
}
