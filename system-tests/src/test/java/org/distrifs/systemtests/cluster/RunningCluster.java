package org.distrifs.systemtests.cluster;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A field of type {@link Cluster}: a cluster that runs while the tests run. A static field has one
 * for all tests of its class, another field one for each test. It is closed after them; when one of
 * them has failed, its logs are kept in {@code target/failed-tests}.
 */
@Target(ElementType.FIELD)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(ClusterExtension.class)
public @interface RunningCluster {

  /** Further flags of {@code distrifs local up}. */
  String[] value() default {};

  /** Lines of the master's settings file. */
  String[] masterSettings() default {};
}
