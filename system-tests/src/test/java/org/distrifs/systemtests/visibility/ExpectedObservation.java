package org.distrifs.systemtests.visibility;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.distrifs.systemtests.cluster.Await;

/**
 * What a mount sees of what the other one does.
 *
 * @param name says what is looked at
 * @param before what is seen before the other mount does something
 * @param after what is seen when it has done so
 * @param bound how long after that {@code before} may still be seen; zero for not at all
 */
public record ExpectedObservation(
    String name, Observer observer, String before, String after, Duration bound) {

  /** What one mount does in a folder. */
  @FunctionalInterface
  public interface Change {
    /**
     * @param folder in which there are the file "f" and what else the test has put there
     */
    void in(Path folder) throws Exception;
  }

  /** Seen as soon as the call that changed it has returned. */
  public static ExpectedObservation atOnce(
      String name, Observer observer, String before, String after) {
    return new ExpectedObservation(name, observer, before, after, Duration.ZERO);
  }

  /** Seen after a time. */
  public static ExpectedObservation within(
      Duration bound, String name, Observer observer, String before, String after) {
    return new ExpectedObservation(name, observer, before, after, bound);
  }

  /** Not to be seen, however long ago it was. */
  public static ExpectedObservation never(String name, Observer observer, String before) {
    return new ExpectedObservation(name, observer, before, before, Duration.ZERO);
  }

  /**
   * Looks through one mount, immediately before the other changes something and after that.
   *
   * @param here the folder by the mount that changes it
   * @param there the same folder by the mount that looks
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
