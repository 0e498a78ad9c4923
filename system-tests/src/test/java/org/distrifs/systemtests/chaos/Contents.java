package org.distrifs.systemtests.chaos;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The contents that a file may have. A change is recorded before it is tried. After a sync or close
 * has acknowledged it, readers must see it. Until then, and for ever if it failed or its mount was
 * killed, each byte may be the acknowledged one or that of any later change, because a change of
 * several packets may have arrived in part.
 *
 * <p>Thread-safe: one thread changes the file while others compare.
 */
final class Contents {

  /** What was acknowledged when a reader began. */
  record AcknowledgedState(byte[] acknowledged, int changesBefore) {}

  private final List<Change> history = new ArrayList<>();
  private byte[] acknowledged = {};
  private byte[] latest = {};
  private int acknowledgedChanges;

  /** Records a change that is about to be tried. */
  synchronized void trying(Change change) {
    history.add(change);
    latest = change.appliedTo(latest);
  }

  /** Records that all changes so far were acknowledged, by a sync, a close or a rename. */
  synchronized void acknowledge() {
    acknowledged = latest;
    acknowledgedChanges = history.size();
  }

  /** Whether only one content is possible. */
  synchronized boolean isCertain() {
    return acknowledgedChanges == history.size();
  }

  /** The contents after all changes: what the writing program itself must see. */
  synchronized byte[] latest() {
    return latest;
  }

  /** The state to compare with. To be taken before the file is opened for reading. */
  synchronized AcknowledgedState glimpse() {
    return new AcknowledgedState(acknowledged, acknowledgedChanges);
  }

  /**
   * Compares what was read with what is possible.
   *
   * @param before taken before the file was opened
   * @return what is wrong; empty if the contents are possible
   */
  synchronized Optional<String> contradiction(AcknowledgedState before, byte[] seen) {
    byte[] base = before.acknowledged();
    List<Change> since = new ArrayList<>();
    Optional<String> wrong = Optional.empty();
    for (final Change change : history.subList(before.changesBefore(), history.size())) {
      if (change instanceof Change.Replace replace) {
        // From here on it is another file, so its bytes do not mix with those before.
        wrong = contradiction(base, since, seen);
        if (wrong.isEmpty()) {
          return wrong;
        }
        base = replace.bytes();
        since = new ArrayList<>();
      } else {
        since.add(change);
      }
    }
    final Optional<String> last = contradiction(base, since, seen);
    return last.isEmpty() || wrong.isEmpty() ? last : Optional.of(wrong.get() + "; " + last.get());
  }

  /** After everything has come to rest: takes what was read for the contents of the file. */
  synchronized void resolve(byte[] seen) {
    history.clear();
    acknowledgedChanges = 0;
    acknowledged = seen;
    latest = seen;
  }

  private static Optional<String> contradiction(byte[] base, List<Change> since, byte[] seen) {
    int smallest = base.length;
    int largest = base.length;
    int size = base.length;
    for (final Change change : since) {
      size =
          change instanceof Change.Write write
              ? Math.max(size, write.offset() + write.bytes().length)
              : ((Change.Resize) change).size();
      smallest = Math.min(smallest, size);
      largest = Math.max(largest, size);
    }
    if (seen.length < smallest || seen.length > largest) {
      return Optional.of(
          "its size is %d, which is not from %d to %d".formatted(seen.length, smallest, largest));
    }
    final byte[] expected = Arrays.copyOf(base, seen.length);
    int at = 0;
    while (at < seen.length) {
      final int same = Arrays.mismatch(seen, at, seen.length, expected, at, seen.length);
      if (same < 0) {
        break;
      }
      at += same;
      if (!isExplained(since, at, seen[at])) {
        return Optional.of(
            "byte %d of %d is %02x, not %02x or one of %d changes since"
                .formatted(at, seen.length, seen[at], expected[at], since.size()));
      }
      at++;
    }
    return Optional.empty();
  }

  private static boolean isExplained(List<Change> changes, int at, byte seen) {
    for (final Change change : changes) {
      if (change instanceof Change.Write write) {
        final int index = at - write.offset();
        if (index >= 0 && index < write.bytes().length && write.bytes()[index] == seen) {
          return true;
        }
      } else if (change instanceof Change.Resize resize && at >= resize.size() && seen == 0) {
        return true;
      }
    }
    return false;
  }
}
