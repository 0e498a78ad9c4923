package org.distrifs.fuse.driver.kernel;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.distrifs.runtime.bounded.BoundedMap;

/**
 * The symbolic links that each thread has looked up since it last asked for something: where its
 * path leads may hang on them, and on the directories they are in. The kernel asks for them each
 * time, since it may keep no name of a link. One too many does no harm. Thread-safe.
 */
final class FollowedLinks {
  /** The kernel follows no more links in one path ({@code MAXSYMLINKS}). */
  private static final int MAX_LINKS = 40;

  private static final int MAX_THREADS = 1_024;

  private final Map<Integer, Set<Long>> byThread = BoundedMap.byAge(MAX_THREADS);

  synchronized void lookedUp(int thread, long link) {
    Set<Long> links = byThread.computeIfAbsent(thread, ignored -> new LinkedHashSet<>());
    links.remove(link);
    if (links.size() >= MAX_LINKS) {
      links.remove(links.iterator().next());
    }
    links.add(link);
  }

  /**
   * Those of a thread, once.
   *
   * @param thread as the kernel names it; of 0, which is many, they are told to each
   */
  synchronized List<Long> take(int thread) {
    Set<Long> links = thread == 0 ? byThread.get(thread) : byThread.remove(thread);
    return links == null ? List.of() : List.copyOf(links);
  }
}
