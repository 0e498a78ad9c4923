package org.distrifs.runtime.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * The meters of one process, together with those of the JVM, the processor and the file
 * descriptors. Any thread. To ask for a meter twice returns the same one; hot paths keep theirs in
 * a field.
 */
public final class Metrics implements AutoCloseable {

  private static final Pattern ROLE = Pattern.compile("[a-z][a-z0-9]*");

  /** The upper bounds of the buckets of timers. They range from calls in memory to time-outs. */
  private static final Duration[] LATENCY_BUCKETS = {
    Duration.ofNanos(50_000),
    Duration.ofNanos(100_000),
    Duration.ofNanos(250_000),
    Duration.ofNanos(500_000),
    Duration.ofMillis(1),
    Duration.ofNanos(2_500_000),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(100),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofSeconds(5),
    Duration.ofSeconds(30),
  };

  private final String prefix;
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics garbageCollection = new JvmGcMetrics();

  /**
   * @param role lower-case word that all names of this process carry: "master", "datanode", "mount"
   */
  public Metrics(String role) {
    if (!ROLE.matcher(role).matches()) {
      throw new IllegalArgumentException("metrics role '" + role + "' is not a lower-case word");
    }
    this.prefix = "distrifs." + role + ".";
    List<MeterBinder> binders =
        List.of(
            new ClassLoaderMetrics(),
            new JvmMemoryMetrics(),
            garbageCollection,
            new JvmThreadMetrics(),
            new ProcessorMetrics(),
            new UptimeMetrics(),
            new FileDescriptorMetrics());
    binders.forEach(binder -> binder.bindTo(registry));
  }

  /**
   * A number that only grows.
   *
   * @param thing what is counted, its unit last: "read.bytes", "replicas.corrupt"
   * @param labels name, value, name, value …; few values each
   */
  public Counter counter(String thing, String description, String... labels) {
    return Counter.builder(prefix + thing)
        .description(description)
        .tags(Tags.of(labels))
        .register(registry);
  }

  /**
   * Latencies of an operation, counted in buckets from 50 µs to 30 s.
   *
   * @param thing the operation, without a unit: "propose"
   * @param labels name, value, name, value …; few values each
   */
  public Timer timer(String thing, String description, String... labels) {
    return Timer.builder(prefix + thing)
        .description(description)
        .tags(Tags.of(labels))
        .serviceLevelObjectives(LATENCY_BUCKETS)
        .register(registry);
  }

  /**
   * A number that rises and falls. It is asked for each time the metrics are read.
   *
   * @param thing what is measured, its unit last: "chain.queue.length"
   * @param value called on a thread of the metrics server; must neither block nor throw; kept alive
   *     by this registry
   * @param labels name, value, name, value …; few values each
   */
  public Gauge gauge(
      String thing, String description, Supplier<? extends Number> value, String... labels) {
    return Gauge.builder(prefix + thing, value::get)
        .description(description)
        .tags(Tags.of(labels))
        .strongReference(true)
        .register(registry);
  }

  /** The registry itself, for binders of libraries. It is closed with this object. */
  public MeterRegistry registry() {
    return registry;
  }

  /** Everything as Prometheus text, format 0.0.4. */
  public String scrape() {
    return registry.scrape();
  }

  @Override
  public void close() {
    garbageCollection.close();
    registry.close();
  }
}
