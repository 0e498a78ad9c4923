package org.distrifs.runtime.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CloseStackTest {

  private final List<String> closed = new ArrayList<>();
  private final CloseStack stack = new CloseStack();

  private AutoCloseable noting(String name) {
    return () -> closed.add(name);
  }

  private AutoCloseable failing(Throwable failure) {
    return () -> {
      if (failure instanceof Error error) {
        throw error;
      }
      throw (Exception) failure;
    };
  }

  @Test
  void closesTheLastOpenedFirstAndOnlyOnce() {
    stack.add("first", noting("first"));
    stack.add("second", noting("second"));
    stack.close();
    stack.close();
    assertThat(closed).containsExactly("second", "first");
  }

  @Test
  void closesTheRestAfterAFailureAndReportsThemAll() {
    IOException cause = new IOException("disk gone");
    stack.add("journal", noting("journal"));
    stack.add("server", failing(new AssertionError("broken")));
    stack.add("file", failing(cause));
    assertThatThrownBy(stack::close)
        .isInstanceOf(CloseStack.CloseException.class)
        .hasMessageContaining("Cannot close file")
        .hasCause(cause)
        .satisfies(
            e ->
                assertThat(e.getSuppressed())
                    .singleElement()
                    .satisfies(s -> assertThat(s).hasMessageContaining("Cannot close server")));
    assertThat(closed).containsExactly("journal");
  }

  @Test
  void keepsABoundedNumberOfFailures() {
    for (int i = 0; i < CloseStack.MAX_SUPPRESSED + 10; i++) {
      stack.add("file " + i, failing(new IOException("disk gone")));
    }
    assertThatThrownBy(stack::close)
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(CloseStack.MAX_SUPPRESSED));
  }

  @Test
  void closesAtOnceWhatIsAddedTooLate() {
    stack.close();
    assertThatThrownBy(() -> stack.add("late", noting("late")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("late");
    assertThat(closed).containsExactly("late");
  }

  @Test
  void holdsABoundedNumberOfEntries() {
    for (int i = 0; i < CloseStack.MAX_ENTRIES; i++) {
      stack.add("entry", noting("entry"));
    }
    assertThatThrownBy(() -> stack.add("one more", noting("one more")))
        .isInstanceOf(IllegalStateException.class);
    assertThat(closed).containsExactly("one more");
  }

  @Test
  void keepsTheInterruptOfAThreadThatWasInterruptedWhileClosing() {
    stack.add("worker", failing(new InterruptedException()));
    assertThatThrownBy(stack::close).isInstanceOf(CloseStack.CloseException.class);
    assertThat(Thread.interrupted()).isTrue();
  }
}
