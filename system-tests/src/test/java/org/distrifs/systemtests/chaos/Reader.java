package org.distrifs.systemtests.chaos;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Opens files of the workers through either mount while they are being changed, and checks what it
 * reads: it must not be older than what was acknowledged before the opening. One thread.
 */
final class Reader {
  private static final long NOTHING_TO_READ_NS = 20_000_000;

  private final List<Worker> workers;
  private final List<Mount> mounts;
  private final Findings findings;
  private final Random random;

  Reader(List<Worker> workers, List<Mount> mounts, Findings findings, long seed) {
    this.workers = workers;
    this.mounts = mounts;
    this.findings = findings;
    this.random = new Random(seed);
  }

  /** Reads until it is told to rest. */
  void work(BooleanSupplier resting) {
    while (!resting.getAsBoolean()) {
      final Mount mount = mounts.get(random.nextInt(mounts.size()));
      final Worker worker = workers.get(random.nextInt(workers.size()));
      final List<ModelFile> files =
          worker.files().stream().filter(file -> isReadable(file)).toList();
      if (!mount.isUp() || files.isEmpty()) {
        LockSupport.parkNanos(NOTHING_TO_READ_NS);
        continue;
      }
      read(files.get(random.nextInt(files.size())), mount);
    }
  }

  private static boolean isReadable(ModelFile file) {
    return file.isNameVisibleEverywhere() && file.newName() == null && !file.mayBeAbsent();
  }

  private void read(ModelFile file, Mount mount) {
    final int availability = mount.availability();
    final int nameChanges = file.nameChanges();
    final Contents.AcknowledgedState before = file.contents().glimpse();
    final String what = file.name() + " through " + mount;
    try {
      final LocalTime openedAt = LocalTime.now(ZoneOffset.UTC);
      final byte[] seen = WholeFile.read(mount.file(file.name()), findings, what);
      final Optional<String> wrong = file.contents().contradiction(before, seen);
      if (file.nameChanges() != nameChanges) {
        return;
      }
      findings.verified(seen.length);
      wrong.ifPresent(
          text ->
              findings.violation(
                  "a reader of " + what + ", opened at " + openedAt + ": " + text + file.story()));
    } catch (NoSuchFileException e) {
      findings.failed(e);
      if (mount.availability() == availability && file.nameChanges() == nameChanges) {
        findings.violation("a reader does not find " + what + file.story());
      }
    } catch (IOException e) {
      findings.failed(e);
    }
  }
}
