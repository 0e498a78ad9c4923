package org.distrifs.systemtests.visibility;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.distrifs.systemtests.cluster.Await;

/**
 * What one mount must see of a change by the other.
 *
 * @param name what is looked at, in words
 * @param before what is seen before the change
 * @param after what is seen after the change
 * @param bound how long after the change {@code before} may still be seen
 */
public record ExpectedObservation(
    String name, Observer observer, String before, String after, Duration bound) {

  /** A change that one mount makes in a folder. */
  @FunctionalInterface
  public interface Change {
    /**
     * @param folder the folder, which has the file "f" and what the test has put there
     */
    void in(Path folder) throws Exception;
  }

  /** The change must be seen as soon as the call that made it has returned. */
  public static ExpectedObservation atOnce(
      String name, Observer observer, String before, String after) {
    return new ExpectedObservation(name, observer, before, after, Duration.ZERO);
  }

  /** The change must be seen within a time. */
  public static ExpectedObservation within(
      Duration bound, String name, Observer observer, String before, String after) {
    return new ExpectedObservation(name, observer, before, after, bound);
  }

  /** The change must not be seen at all. */
  public static ExpectedObservation never(String name, Observer observer, String before) {
    return new ExpectedObservation(name, observer, before, before, Duration.ZERO);
  }

  /**
   * Looks through one mount, immediately before and after a change through the other.
   *
   * @param here the folder in the mount that changes it
   * @param there the same folder in the mount that looks
   */
  public void prove(Change change, Path here, Path there) throws Exception {
    try (observer) {
      assertThat(observer.at(there)).as("before").isEqualTo(before);
      change.in(here);
      if (bound.isZero()) {
        assertThat(observer.at(there)).as("at once").isEqualTo(after);
      } else {
        Await.until(name + " is seen as " + after, bound, () -> observer.at(there).equals(after));
      }
    }
  }
}
