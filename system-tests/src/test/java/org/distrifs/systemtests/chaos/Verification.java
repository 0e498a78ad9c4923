package org.distrifs.systemtests.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.distrifs.systemtests.cluster.Await;

/**
 * Compares every name and every byte with the model, through each mount, while nothing changes. The
 * first mount decides what was uncertain; the other must show the same.
 */
final class Verification {
  private static final Duration READ_BOUND = Duration.ofSeconds(60);

  private final List<Worker> workers;
  private final List<Mount> mounts;
  private final Findings findings;

  Verification(List<Worker> workers, List<Mount> mounts, Findings findings) {
    this.workers = workers;
    this.mounts = mounts;
    this.findings = findings;
  }

  void run() throws Exception {
    Await.until(
        "every mount must know every name",
        READ_BOUND,
        () -> files().allMatch(ModelFile::isNameVisibleEverywhere));
    final Mount first = mounts.get(0);
    final Set<String> names = names(first);
    for (final Worker worker : workers) {
      worker.strays().removeIf(name -> !names.contains(name));
      for (final ModelFile file : List.copyOf(worker.files())) {
        resolve(worker, file, names, first);
      }
    }
    for (final Mount mount : mounts) {
      verifyNames(mount);
      if (mount != first) {
        for (final ModelFile file : files().toList()) {
          verifyBytes(file, mount);
        }
      }
    }
    removeStrays(first);
  }

  private Stream<ModelFile> files() {
    return workers.stream().flatMap(worker -> worker.files().stream());
  }

  private void resolve(Worker worker, ModelFile file, Set<String> names, Mount mount)
      throws Exception {
    final boolean old = names.contains(file.name());
    final boolean renamed = file.newName() != null && names.contains(file.newName());
    if (old && renamed) {
      findings.violation(
          "a rename left both names, %s and %s".formatted(file.name(), file.newName()));
    } else if (!old && !renamed) {
      if (!file.mayBeAbsent()) {
        findings.violation("%s is gone (through %s)%s".formatted(file.name(), mount, file.story()));
      }
      worker.files().remove(file);
      return;
    }
    file.resolveName(old ? file.name() : file.newName());
    final Contents.AcknowledgedState before = file.contents().glimpse();
    final byte[] seen = read(file, mount);
    file.contents()
        .contradiction(before, seen)
        .ifPresent(
            wrong ->
                findings.violation(
                    "%s through %s: %s%s".formatted(file.name(), mount, wrong, file.story())));
    file.contents().resolve(seen);
  }

  private void verifyBytes(ModelFile file, Mount mount) throws Exception {
    final byte[] seen = read(file, mount);
    final byte[] expected = file.contents().latest();
    final int mismatch = Arrays.mismatch(seen, expected);
    if (mismatch >= 0) {
      findings.violation(
          "%s differs through %s: sizes %d and %d, first at %d%s"
              .formatted(file.name(), mount, seen.length, expected.length, mismatch, file.story()));
    }
  }

  private void verifyNames(Mount mount) throws Exception {
    final Set<String> seen = names(mount);
    final Set<String> expected =
        files().map(ModelFile::name).collect(Collectors.toCollection(TreeSet::new));
    workers.forEach(worker -> expected.addAll(worker.strays()));
    if (!seen.equals(expected)) {
      final Set<String> missing = new TreeSet<>(expected);
      missing.removeAll(seen);
      seen.removeAll(expected);
      findings.violation(
          "names through %s: %s are missing, %s should not be there"
              .formatted(mount, missing, seen));
    }
  }

  /** Removes the temporary files of saves that failed. */
  private void removeStrays(Mount mount) throws IOException {
    for (final Worker worker : workers) {
      for (final String stray : List.copyOf(worker.strays())) {
        Files.delete(mount.file(stray));
        worker.strays().remove(stray);
      }
    }
  }

  private byte[] read(ModelFile file, Mount mount) throws Exception {
    final Path path = mount.file(file.name());
    final String what = file.name() + " through " + mount;
    final byte[] seen = withRetries("read " + what, () -> WholeFile.read(path, findings, what));
    findings.verified(seen.length);
    return seen;
  }

  private Set<String> names(Mount mount) throws Exception {
    return withRetries(
        "list the files through " + mount,
        () -> {
          try (Stream<Path> files = Files.list(mount.file(""))) {
            return files
                .map(file -> file.getFileName().toString())
                .collect(Collectors.toCollection(TreeSet::new));
          }
        });
  }

  /**
   * Tries a call until it succeeds, with a bound: all faults have ended, but the first try may
   * still fail.
   */
  private <T> T withRetries(String what, Callable<T> call) throws Exception {
    final long startNs = System.nanoTime();
    while (true) {
      try {
        return call.call();
      } catch (IOException e) {
        findings.failed(e);
        if (System.nanoTime() - startNs > READ_BOUND.toNanos()) {
          findings.violation("cannot %s, although everything is healed: %s".formatted(what, e));
          throw e;
        }
      }
    }
  }
}
