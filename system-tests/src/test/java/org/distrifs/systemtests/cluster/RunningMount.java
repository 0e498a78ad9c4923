package org.distrifs.systemtests.cluster;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A field of type {@link ExtraMount}: a further mount of the cluster in the {@link RunningCluster}
 * field of the same class. It lasts as long as a cluster in such a field does.
 */
@Target(ElementType.FIELD)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(ClusterExtension.class)
public @interface RunningMount {

  /** Further flags of {@code distrifs mount}. */
  String[] value() default {};
}
