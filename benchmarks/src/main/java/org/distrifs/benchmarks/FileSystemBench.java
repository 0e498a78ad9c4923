package org.distrifs.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Measures what users feel on any directories, through ordinary system calls: sequential write and
 * read, random reads, small files, stat. Beside each figure stands the same on a local directory,
 * because the machine is shared and drifts; several directories are measured in turns, for the same
 * reason, and the first of several rounds only warms them up.
 *
 * <p>It needs nothing but a JDK, so {@code scripts/bench} runs it from this source file.
 */
public final class FileSystemBench {
  private static final int WRITE_BYTES = 1 << 20;
  private static final int BLOCK_BYTES = 4096;
  private static final int RANDOM_READS = 10_000;
  private static final int SMALL_FILES = 2_000;
  private static final long SEED = 20_260_101L;
  private static final int CLOCK_TICKS_PER_SECOND = 100;
  private static final int CACHE_DROP_TIMEOUT_S = 60;

  /**
   * One measured row.
   *
   * @param value in {@code unit}
   * @param cpuSecondsByRole CPU that each process of the cluster spent meanwhile
   * @param bytes moved, 0 where the row does not count bytes
   */
  private record Row(
      String name,
      double value,
      String unit,
      double seconds,
      long bytes,
      Map<String, Double> cpuSecondsByRole) {
    double cpuSecondsPerGib() {
      final double cpu = cpuSecondsByRole.values().stream().mapToDouble(d -> d).sum();
      return bytes == 0 ? Double.NaN : cpu * (1L << 30) / bytes;
    }
  }

  private interface Work {
    void run() throws IOException;
  }

  private final Path directory;
  private final long sizeBytes;
  private final Path runDirectory;
  private final List<Row> rows = new ArrayList<>();

  private FileSystemBench(Path directory, long sizeBytes, Path runDirectory) {
    this.directory = directory;
    this.sizeBytes = sizeBytes;
    this.runDirectory = runDirectory;
  }

  /** Entry point; {@code scripts/bench --help} prints the usage. */
  public static void main(String[] arguments) throws IOException {
    List<Path> directories = new ArrayList<>();
    Path local = Path.of(System.getProperty("java.io.tmpdir"));
    Path cluster = Path.of(System.getProperty("user.home"), ".distrifs");
    Path json = Path.of("bench.json");
    long sizeMib = 1024;
    int rounds = 1;
    for (int i = 0; i < arguments.length; i++) {
      switch (arguments[i]) {
        case "--local" -> local = Path.of(value(arguments, ++i));
        case "--dir" -> cluster = Path.of(value(arguments, ++i));
        case "--json" -> json = Path.of(value(arguments, ++i));
        case "--size-mib" -> sizeMib = number(arguments, ++i);
        case "--rounds" -> rounds = number(arguments, ++i);
        case "--help" -> usage(System.out, 0);
        default -> {
          if (arguments[i].startsWith("-")) {
            usage(System.err, 2);
          }
          directories.add(Path.of(arguments[i]));
        }
      }
    }
    if (directories.isEmpty()) {
      usage(System.err, 2);
    }
    directories.add(local);
    if (!directories.stream().allMatch(Files::isDirectory)) {
      usage(System.err, 2);
    }
    final List<List<Row>> measured =
        inTurns(directories, rounds, sizeMib << 20, cluster.resolve("run"));
    print(directories, measured);
    Files.writeString(json, json(directories, measured));
    System.out.println("written: " + json.toAbsolutePath());
  }

  /** The rows of each directory: of several rounds, the medians of all but the first. */
  private static List<List<Row>> inTurns(
      List<Path> directories, int rounds, long sizeBytes, Path runDirectory) throws IOException {
    final List<List<List<Row>>> runs = new ArrayList<>();
    directories.forEach(unused -> runs.add(new ArrayList<>()));
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < directories.size(); i++) {
        // Nobody is always the first one.
        final int turn = (round + i) % directories.size();
        final List<Row> rows =
            new FileSystemBench(directories.get(turn), sizeBytes, runDirectory).run();
        if (rounds == 1 || round > 0) {
          runs.get(turn).add(rows);
        }
      }
    }
    return runs.stream().map(FileSystemBench::medians).toList();
  }

  private static List<Row> medians(List<List<Row>> rounds) {
    final List<Row> medians = new ArrayList<>();
    for (int i = 0; i < rounds.get(0).size(); i++) {
      final int index = i;
      final List<Row> same =
          rounds.stream()
              .map(rows -> rows.get(index))
              .sorted(Comparator.comparingDouble(Row::value))
              .toList();
      medians.add(same.get(same.size() / 2));
    }
    return medians;
  }

  private static String value(String[] arguments, int index) {
    if (index >= arguments.length) {
      usage(System.err, 2);
    }
    return arguments[index];
  }

  private static int number(String[] arguments, int index) {
    final String text = value(arguments, index);
    if (!text.matches("[1-9][0-9]{0,8}")) {
      System.err.println(
          "bench: " + arguments[index - 1] + " is a whole number from 1 on, not " + text);
      usage(System.err, 2);
    }
    return Integer.parseInt(text);
  }

  private static void usage(PrintStream out, int status) {
    out.println(
        """
        usage: scripts/bench DIR... [--rounds N] [--local DIR] [--dir CLUSTER] [--size-mib N] [--json FILE]
          DIR      existing directories to measure, for example DistriFS mounts with different drivers
          --rounds each directory is measured so often, in turns; the medians of all rounds but the first
                   are told (default: 1, which is told itself)
          --local  an existing directory on a local disk for the column beside (default: the temporary folder)
          --dir    the local cluster's folder, whose processes' CPU time is counted (default: ~/.distrifs)
          --json   where the figures go (default: bench.json)""");
    System.exit(status);
  }

  private List<Row> run() throws IOException {
    final Path folder = Files.createTempDirectory(directory, "bench-");
    try {
      sequential(folder.resolve("large"));
      smallFiles(folder);
    } finally {
      deleteTree(folder);
    }
    return rows;
  }

  private void sequential(Path file) throws IOException {
    final ByteBuffer buffer = randomBuffer(WRITE_BYTES);
    measure("write, close", "MB/s", sizeBytes, () -> writeSequentially(file, buffer, false));
    Files.delete(file);
    measure("write, fsync, close", "MB/s", sizeBytes, () -> writeSequentially(file, buffer, true));
    dropCache(file);
    measure("sequential read", "MB/s", sizeBytes, () -> readSequentially(file, buffer));
    dropCache(file);
    measure("4 KiB random reads", "reads/s", 0, RANDOM_READS, () -> readRandomly(file));
  }

  private void writeSequentially(Path file, ByteBuffer buffer, boolean sync) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      for (long done = 0; done < sizeBytes; done += WRITE_BYTES) {
        buffer.clear();
        buffer.putLong(0, done); // no two blocks alike
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
      }
      if (sync) {
        channel.force(true);
      }
    }
  }

  private void readSequentially(Path file, ByteBuffer buffer) throws IOException {
    long total = 0;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (true) {
        buffer.clear();
        final int read = channel.read(buffer);
        if (read < 0) {
          break;
        }
        total += read;
      }
    }
    if (total != sizeBytes) {
      throw new IOException(file + " has " + total + " bytes, written were " + sizeBytes);
    }
  }

  private void readRandomly(Path file) throws IOException {
    final Random random = new Random(SEED);
    final ByteBuffer block = ByteBuffer.allocateDirect(BLOCK_BYTES);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      for (int i = 0; i < RANDOM_READS; i++) {
        block.clear();
        channel.read(block, random.nextLong(sizeBytes / BLOCK_BYTES) * BLOCK_BYTES);
      }
    }
  }

  private void smallFiles(Path folder) throws IOException {
    final ByteBuffer block = randomBuffer(BLOCK_BYTES);
    final Path files = Files.createDirectory(folder.resolve("small"));
    measure(
        "create, write 4 KiB, close",
        "files/s",
        0,
        SMALL_FILES,
        () -> {
          for (int i = 0; i < SMALL_FILES; i++) {
            try (FileChannel channel =
                FileChannel.open(
                    files.resolve("f" + i),
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.WRITE)) {
              block.clear();
              channel.write(block);
            }
          }
        });
    measure(
        "stat",
        "stats/s",
        0,
        SMALL_FILES,
        () -> {
          for (int i = 0; i < SMALL_FILES; i++) {
            Files.readAttributes(files.resolve("f" + i), BasicFileAttributes.class);
          }
        });
    measure(
        "unlink",
        "files/s",
        0,
        SMALL_FILES,
        () -> {
          for (int i = 0; i < SMALL_FILES; i++) {
            Files.delete(files.resolve("f" + i));
          }
        });
  }

  private void measure(String name, String unit, long bytes, Work work) throws IOException {
    measure(name, unit, bytes, bytes / 1e6, work);
  }

  private void measure(String name, String unit, long bytes, double amount, Work work)
      throws IOException {
    final Map<String, Double> before = cpuSecondsByRole();
    final long startNs = System.nanoTime();
    work.run();
    final double seconds = (System.nanoTime() - startNs) / 1e9;
    final Map<String, Double> spent = new LinkedHashMap<>();
    cpuSecondsByRole()
        .forEach((role, cpu) -> spent.put(role, cpu - before.getOrDefault(role, 0.0)));
    rows.add(new Row(name, amount / seconds, unit, seconds, bytes, spent));
  }

  /** CPU seconds that each process of the local cluster has used so far. */
  private Map<String, Double> cpuSecondsByRole() throws IOException {
    final Map<String, Double> seconds = new LinkedHashMap<>();
    if (!Files.isDirectory(runDirectory)) {
      return seconds;
    }
    try (Stream<Path> pidFiles = Files.list(runDirectory)) {
      for (final Path pidFile :
          pidFiles.filter(p -> p.toString().endsWith(".pid")).sorted().toList()) {
        final Path stat = Path.of("/proc", Files.readString(pidFile).strip(), "stat");
        if (Files.exists(stat)) {
          final String role = pidFile.getFileName().toString().replace(".pid", "");
          seconds.put(role, cpuSeconds(Files.readString(stat)));
        }
      }
    }
    return seconds;
  }

  /** User and system time, fields 14 and 15 of {@code /proc/PID/stat} (proc(5)). */
  private static double cpuSeconds(String stat) {
    final String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12]))
        / (double) CLOCK_TICKS_PER_SECOND;
  }

  /**
   * Makes the kernel forget the pages of one file, so that a read asks the file system. {@code dd}
   * with {@code nocache} calls posix_fadvise(2), which Java does not offer.
   */
  private static void dropCache(Path file) throws IOException {
    final Process dd =
        new ProcessBuilder("dd", "if=" + file, "iflag=nocache", "count=0", "status=none")
            .inheritIO()
            .start();
    try {
      if (!dd.waitFor(CACHE_DROP_TIMEOUT_S, TimeUnit.SECONDS) || dd.exitValue() != 0) {
        throw new IOException("dd could not drop the cached pages of " + file);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static ByteBuffer randomBuffer(int bytes) {
    final byte[] content = new byte[bytes];
    new Random(SEED).nextBytes(content);
    return ByteBuffer.allocateDirect(bytes).put(content).flip();
  }

  private static void deleteTree(Path folder) throws IOException {
    try (Stream<Path> tree = Files.walk(folder)) {
      for (final Path path : tree.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(path);
      }
    }
  }

  private static void print(List<Path> directories, List<List<Row>> measured) {
    System.out.printf(
        Locale.ROOT,
        "%s, %d cores, Java %s, Linux %s%n",
        Instant.now(),
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("java.version"),
        System.getProperty("os.version"));
    final List<Row> local = measured.get(measured.size() - 1);
    for (int d = 0; d < directories.size() - 1; d++) {
      System.out.printf(
          "%nmeasured: %s   local: %s%n%n",
          directories.get(d), directories.get(measured.size() - 1));
      System.out.printf("%-28s %16s %16s %12s%n", "", "measured", "local", "CPU s/GiB");
      for (int i = 0; i < local.size(); i++) {
        final Row row = measured.get(d).get(i);
        System.out.printf(
            Locale.ROOT,
            "%-28s %8.0f %-7s %8.0f %-7s %12s  %s%n",
            row.name(),
            row.value(),
            row.unit(),
            local.get(i).value(),
            row.unit(),
            row.bytes() == 0 ? "" : String.format(Locale.ROOT, "%.2f", row.cpuSecondsPerGib()),
            cpuText(row));
      }
    }
  }

  private static String cpuText(Row row) {
    final List<String> parts = new ArrayList<>();
    row.cpuSecondsByRole()
        .forEach((role, cpu) -> parts.add(String.format(Locale.ROOT, "%s %.2f s", role, cpu)));
    return String.join(", ", parts);
  }

  private static String json(List<Path> directories, List<List<Row>> measured) {
    final List<String> runs = new ArrayList<>();
    for (int i = 0; i < directories.size(); i++) {
      runs.add(jsonRun(directories.get(i), measured.get(i)));
    }
    return "{\"time\":\"%s\",\"cores\":%d,\"java\":\"%s\",\"linux\":\"%s\",\"runs\":[%s]}\n"
        .formatted(
            Instant.now(),
            Runtime.getRuntime().availableProcessors(),
            System.getProperty("java.version"),
            System.getProperty("os.version"),
            String.join(",", runs));
  }

  private static String jsonRun(Path directory, List<Row> rows) {
    final List<String> parts = new ArrayList<>();
    for (final Row row : rows) {
      final List<String> cpu = new ArrayList<>();
      row.cpuSecondsByRole()
          .forEach((role, s) -> cpu.add(String.format(Locale.ROOT, "\"%s\":%.3f", role, s)));
      parts.add(
          String.format(
              Locale.ROOT,
              "{\"name\":\"%s\",\"value\":%.1f,\"unit\":\"%s\",\"seconds\":%.4f,\"bytes\":%d,"
                  + "\"cpuSeconds\":{%s}}",
              row.name(),
              row.value(),
              row.unit(),
              row.seconds(),
              row.bytes(),
              String.join(",", cpu)));
    }
    return "{\"directory\":\"%s\",\"rows\":[%s]}"
        .formatted(escape(directory.toString()), String.join(",", parts));
  }

  private static String escape(String text) {
    final StringBuilder escaped = new StringBuilder();
    for (final byte b : text.getBytes(StandardCharsets.UTF_8)) {
      final char c = (char) (b & 0xff);
      escaped.append(
          c < 0x20 || c == '"' || c == '\\' || c > 0x7e
              ? String.format(Locale.ROOT, "\\u%04x", (int) c)
              : String.valueOf(c));
    }
    return escaped.toString();
  }
}
