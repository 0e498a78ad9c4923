package org.distrifs.systemtests.chaos;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.SYNC;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Changes its own files through either mount, one file and one mount at a time, as programs do:
 * edits, appends, rewrites, saves by rename. After a failed call it does not use the file until the
 * end of the round. Used by one thread, and by another one that verifies at the end.
 */
final class Worker {
  private static final int FILES = 5;
  private static final int MAX_FILE_BYTES = 3 << 20;
  private static final int MAX_STEPS = 6;

  /** Something a worker does with one file through one mount. */
  @FunctionalInterface
  private interface Turn {
    void take(ModelFile file, Mount mount) throws IOException;
  }

  private final String name;
  private final List<Mount> mounts;
  private final Findings findings;
  private final Random random;
  private final List<ModelFile> files = new CopyOnWriteArrayList<>();
  private final List<String> strays = new CopyOnWriteArrayList<>();
  private int names;

  Worker(String name, List<Mount> mounts, Findings findings, long seed) {
    this.name = name;
    this.mounts = mounts;
    this.findings = findings;
    this.random = new Random(seed);
  }

  /** Its files, which others may read. */
  List<ModelFile> files() {
    return files;
  }

  /** Names of temporary files that it could not remove. */
  List<String> strays() {
    return strays;
  }

  /** Works until {@code resting} is true. */
  void work(BooleanSupplier resting) {
    while (!resting.getAsBoolean()) {
      final Mount mount = mounts.get(random.nextInt(mounts.size()));
      if (!mount.isUp()) {
        LockSupport.parkNanos(20_000_000);
        continue;
      }
      final int availability = mount.availability();
      final ModelFile file = choose(mount);
      try {
        turn().take(file, mount);
      } catch (NoSuchFileException e) {
        findings.failed(e);
        if (mount.availability() == availability && file.isCertain()) {
          findings.violation("%s is not there through %s".formatted(file.name(), mount));
        }
      } catch (IOException e) {
        findings.failed(e);
      }
    }
  }

  /** A file whose state is certain and that this mount knows, or else a new one. */
  private ModelFile choose(Mount mount) {
    final List<ModelFile> usable =
        new ArrayList<>(
            files.stream().filter(file -> file.isCertain() && file.isKnownTo(mount)).toList());
    if (usable.isEmpty() || files.size() < FILES) {
      return new ModelFile(nextName());
    }
    return usable.get(random.nextInt(usable.size()));
  }

  private Turn turn() {
    final int die = random.nextInt(100);
    if (die < 45) {
      return this::edit;
    } else if (die < 57) {
      return this::append;
    } else if (die < 65) {
      return this::writeSynchronously;
    } else if (die < 73) {
      return this::rewrite;
    } else if (die < 83) {
      return this::save;
    } else if (die < 91) {
      return this::rename;
    } else if (die < 94) {
      return this::remove;
    }
    return this::readBack;
  }

  private void edit(ModelFile file, Mount mount) throws IOException {
    try (FileChannel channel = open(file, mount, READ, WRITE)) {
      final int steps = 1 + random.nextInt(MAX_STEPS);
      for (int i = 0; i < steps; i++) {
        final int die = random.nextInt(10);
        if (die < 6) {
          write(channel, file, random.nextInt(MAX_FILE_BYTES), mount);
        } else if (die < 7) {
          cut(channel, file, mount);
        } else if (die < 9) {
          sync(channel, file, mount);
        } else {
          compareOwn(channel, file, mount);
        }
      }
      close(channel, file, mount);
    }
  }

  private void append(ModelFile file, Mount mount) throws IOException {
    try (FileChannel channel = open(file, mount, APPEND)) {
      final int steps = 1 + random.nextInt(MAX_STEPS);
      for (int i = 0; i < steps && file.contents().latest().length < MAX_FILE_BYTES; i++) {
        final byte[] bytes = bytes();
        file.contents().trying(new Change.Write(file.contents().latest().length, bytes));
        writeAll(channel, bytes, -1, "append", file, mount);
        if (random.nextBoolean()) {
          sync(channel, file, mount);
        }
      }
      close(channel, file, mount);
    }
  }

  /** Each write is durable when it returns. */
  private void writeSynchronously(ModelFile file, Mount mount) throws IOException {
    try (FileChannel channel = open(file, mount, WRITE, SYNC)) {
      final int steps = 1 + random.nextInt(MAX_STEPS);
      for (int i = 0; i < steps; i++) {
        write(channel, file, random.nextInt(MAX_FILE_BYTES), mount);
        file.contents().acknowledge();
      }
      close(channel, file, mount);
    }
  }

  private void rewrite(ModelFile file, Mount mount) throws IOException {
    file.contents().trying(new Change.Resize(0));
    try (FileChannel channel = open(file, mount, WRITE, TRUNCATE_EXISTING)) {
      write(channel, file, 0, mount);
      close(channel, file, mount);
    }
  }

  /**
   * Saves as editors do: writes a new file beside it, syncs that, and renames it over the old one.
   */
  private void save(ModelFile file, Mount mount) throws IOException {
    ensure(file, mount);
    final String temporary = nextName();
    final byte[] bytes = bytes();
    strays.add(temporary);
    try (FileChannel channel =
        call(
            "create a new one beside",
            file,
            mount,
            () -> FileChannel.open(mount.file(temporary), CREATE_NEW, WRITE))) {
      writeAll(channel, bytes, 0, "write the new one beside", file, mount);
      call("fsync the new one beside", file, mount, () -> force(channel));
    }
    file.contents().trying(new Change.Replace(bytes));
    file.tryingName(mount, file.name(), false);
    call(
        "rename the new one over",
        file,
        mount,
        () ->
            Files.move(
                mount.file(temporary),
                mount.file(file.name()),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING));
    file.contents().acknowledge();
    file.named();
    strays.remove(temporary);
  }

  private void rename(ModelFile file, Mount mount) throws IOException {
    ensure(file, mount);
    final String to = nextName();
    file.tryingName(mount, to, false);
    call(
        "rename to " + to + " of",
        file,
        mount,
        () -> Files.move(mount.file(file.name()), mount.file(to), StandardCopyOption.ATOMIC_MOVE));
    file.named();
  }

  private void remove(ModelFile file, Mount mount) throws IOException {
    ensure(file, mount);
    file.tryingName(mount, file.name(), true);
    call(
        "unlink",
        file,
        mount,
        () -> {
          Files.delete(mount.file(file.name()));
          return null;
        });
    files.remove(file);
  }

  private void readBack(ModelFile file, Mount mount) throws IOException {
    try (FileChannel channel = open(file, mount, READ)) {
      compareOwn(channel, file, mount);
      close(channel, file, mount);
    }
  }

  private FileChannel open(ModelFile file, Mount mount, OpenOption... options) throws IOException {
    ensure(file, mount);
    return call(
        "open " + List.of(options),
        file,
        mount,
        () -> FileChannel.open(mount.file(file.name()), options));
  }

  /** Creates a file that is new. */
  private void ensure(ModelFile file, Mount mount) throws IOException {
    if (files.contains(file)) {
      return;
    }
    files.add(file);
    file.tryingName(mount, file.name(), true);
    call(
        "create",
        file,
        mount,
        () -> {
          FileChannel.open(mount.file(file.name()), CREATE_NEW, WRITE).close();
          return null;
        });
    file.named();
  }

  private void write(FileChannel channel, ModelFile file, int offset, Mount mount)
      throws IOException {
    final byte[] all = bytes();
    final byte[] bytes = Arrays.copyOf(all, Math.min(all.length, MAX_FILE_BYTES - offset));
    file.contents().trying(new Change.Write(offset, bytes));
    writeAll(channel, bytes, offset, "write", file, mount);
  }

  /** Cuts; only {@link FileChannel#truncate} works on an open file, and it does not extend. */
  private void cut(FileChannel channel, ModelFile file, Mount mount) throws IOException {
    final int size = random.nextInt(file.contents().latest().length + 1);
    file.contents().trying(new Change.Resize(size));
    call("truncate to " + size, file, mount, () -> channel.truncate(size));
  }

  private void sync(FileChannel channel, ModelFile file, Mount mount) throws IOException {
    call("fsync", file, mount, () -> force(channel));
    file.contents().acknowledge();
  }

  private void close(FileChannel channel, ModelFile file, Mount mount) throws IOException {
    call(
        "close",
        file,
        mount,
        () -> {
          channel.close();
          return null;
        });
    file.contents().acknowledge();
  }

  private Boolean force(FileChannel channel) throws IOException {
    channel.force(random.nextBoolean());
    return true;
  }

  /** Compares through the mount that wrote, which must show every write at once. */
  private void compareOwn(FileChannel channel, ModelFile file, Mount mount) throws IOException {
    final byte[] seen = WholeFile.read(channel, findings, file.name() + " through " + mount);
    final byte[] expected = file.contents().latest();
    findings.verified(seen.length);
    final int mismatch = Arrays.mismatch(seen, expected);
    if (mismatch >= 0) {
      findings.violation(
          "%s does not see its own write to %s through %s: sizes %d and %d, first at %d"
                  .formatted(name, file.name(), mount, seen.length, expected.length, mismatch)
              + file.story());
    }
  }

  /**
   * @param offset −1 to append
   */
  private void writeAll(
      FileChannel channel, byte[] bytes, int offset, String what, ModelFile file, Mount mount)
      throws IOException {
    final String where = offset < 0 ? "" : " at " + offset;
    final ByteBuffer rest = ByteBuffer.wrap(bytes);
    while (rest.hasRemaining()) {
      final long at = offset + (long) rest.position();
      call(
          what + " " + rest.remaining() + where,
          file,
          mount,
          () -> offset < 0 ? channel.write(rest) : channel.write(rest, at));
    }
  }

  private <T> T call(String what, ModelFile file, Mount mount, Findings.Call<T> call)
      throws IOException {
    try {
      final T result = findings.timed(what + " " + file.name() + " through " + mount, call);
      file.tell("%s through %s".formatted(what, mount));
      return result;
    } catch (IOException e) {
      file.tell("%s through %s failed: %s".formatted(what, mount, e));
      throw e;
    }
  }

  private byte[] bytes() {
    final int length =
        switch (random.nextInt(4)) {
          case 0 -> 1 + random.nextInt(100);
          case 1 -> 4096 * (1 + random.nextInt(4));
          case 2 -> 1 + random.nextInt(20_000);
          default -> 1 + random.nextInt(400_000);
        };
    final byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private String nextName() {
    return name + "-" + names++;
  }
}
