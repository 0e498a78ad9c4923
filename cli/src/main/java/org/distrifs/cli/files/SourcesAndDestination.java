package org.distrifs.cli.files;

import java.util.List;

/**
 * The operands of {@code put}, {@code get} and {@code mv}: one or more sources, and last the
 * destination.
 */
record SourcesAndDestination<T>(List<T> sources, T destination) {

  /**
   * @param operands two or more
   */
  static <T> SourcesAndDestination<T> of(List<T> operands) {
    int last = operands.size() - 1;
    return new SourcesAndDestination<>(operands.subList(0, last), operands.get(last));
  }

  /** Whether all sources can have their place: several of them need a directory. */
  boolean fitInto(boolean directory) {
    return directory || sources.size() == 1;
  }
}
