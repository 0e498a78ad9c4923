package org.distrifs.systemtests.conformance;

import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * Runs the cases in folders of their own, counts what they assert, and fails the test for what they
 * found, unless it is a {@link KnownDifferences known difference}.
 */
final class CaseRunner implements InvocationInterceptor {
  private static final AtomicInteger FOLDERS = new AtomicInteger();

  @Override
  public void interceptTestMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    Cases cases = (Cases) context.getRequiredTestInstance();
    String callsTried = context.getRequiredTestClass().getSimpleName();
    String name = callsTried + "." + context.getRequiredTestMethod().getName();
    Path folder =
        cases.target().fileSystem().folder().resolve(Integer.toString(FOLDERS.incrementAndGet()));
    Findings findings = cases.perform(folder, () -> proceed(invocation));
    cases.target().count(findings.assertions());
    String reason = KnownDifferences.reason(cases.target(), name);
    if (reason == null && !findings.failures().isEmpty()) {
      throw new AssertionError(
          "%d of %d assertions do not hold on %s:%n%s"
              .formatted(
                  findings.failures().size(),
                  findings.assertions(),
                  cases.target(),
                  String.join("\n", findings.failures())));
    }
    if (reason != null && findings.failures().isEmpty()) {
      throw new AssertionError(
          "passes on %s now: take it out of KnownDifferences (%s)"
              .formatted(cases.target(), reason));
    }
  }

  private static Void proceed(Invocation<Void> invocation) throws Exception {
    try {
      return invocation.proceed();
    } catch (Exception | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("a test method threw what none may throw", e);
    }
  }
}
