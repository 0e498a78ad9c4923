package org.distrifs.systemtests.cluster;

import java.lang.annotation.Annotation;
import java.lang.reflect.Field;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.ModifierSupport;

/**
 * Starts the clusters and mounts of fields with {@link RunningCluster} and {@link RunningMount}.
 * The store of the context closes them, also when a start or a test has failed.
 */
final class ClusterExtension
    implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {
  private static final Namespace NAMESPACE = Namespace.create(ClusterExtension.class);
  private static final String KEY = "fixture";

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    start(context, null);
  }

  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    start(context, context.getRequiredTestInstance());
  }

  @Override
  public void afterEach(ExtensionContext context) {
    noteFailure(context);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    noteFailure(context);
  }

  /**
   * @param test the object whose fields are set; null for static fields
   */
  private static void start(ExtensionContext context, Object test) throws Exception {
    final List<Field> clusters = fields(context, RunningCluster.class, test == null);
    final List<Field> mounts = fields(context, RunningMount.class, test == null);
    if (clusters.isEmpty() && mounts.isEmpty()) {
      return;
    }
    final Store store = context.getStore(NAMESPACE);
    // The mount of a single test may belong to the cluster of all tests of the class.
    final ClusterFixture outer = store.get(KEY, ClusterFixture.class);
    final ClusterFixture fixture = new ClusterFixture(nameOf(context), outer);
    store.put(KEY, fixture);
    try {
      for (Field field : clusters) {
        set(field, test, fixture.start(field.getAnnotation(RunningCluster.class)));
      }
      for (Field field : mounts) {
        final String[] flags = field.getAnnotation(RunningMount.class).value();
        set(field, test, fixture.mount(field.getName(), flags));
      }
    } catch (Exception | AssertionError e) {
      fixture.failed();
      throw e;
    }
  }

  private static void noteFailure(ExtensionContext context) {
    final ClusterFixture fixture = context.getStore(NAMESPACE).get(KEY, ClusterFixture.class);
    if (fixture != null && context.getExecutionException().isPresent()) {
      fixture.failed();
    }
  }

  private static List<Field> fields(
      ExtensionContext context, Class<? extends Annotation> annotation, boolean areStatic) {
    return AnnotationSupport.findAnnotatedFields(
        context.getRequiredTestClass(),
        annotation,
        field -> ModifierSupport.isStatic(field) == areStatic);
  }

  private static void set(Field field, Object test, Object value) throws IllegalAccessException {
    field.setAccessible(true);
    field.set(test, value);
  }

  private static String nameOf(ExtensionContext context) {
    final String method = context.getTestMethod().map(test -> "." + test.getName()).orElse("");
    return context.getRequiredTestClass().getSimpleName() + method;
  }
}
