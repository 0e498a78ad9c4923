package org.distrifs.runtime.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MetricsServerTest {

  private static final InetSocketAddress FREE_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private final HttpClient http = HttpClient.newHttpClient();
  private final Metrics metrics = new Metrics("test");
  private List<String> problems = List.of();
  private final MetricsServer server =
      MetricsServer.start("test", FREE_PORT, "test.metricsPort", metrics, () -> problems);

  @AfterEach
  void stop() {
    server.close();
    metrics.close();
  }

  private HttpResponse<String> ask(String method, String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
            .timeout(Duration.ofSeconds(10))
            .method(method, BodyPublishers.noBody())
            .build();
    return http.send(request, BodyHandlers.ofString());
  }

  @Test
  void servesEveryMeterUnderTheNameOfItsRole() throws Exception {
    AtomicInteger queue = new AtomicInteger(3);
    metrics.counter("read.bytes", "Bytes read.", "result", "ok").increment(5);
    metrics.timer("propose", "Proposals.").record(Duration.ofMillis(7));
    metrics.gauge("queue.length", "Waiting.", queue::get);
    queue.set(4);

    HttpResponse<String> answer = ask("GET", "/metrics");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type").orElseThrow())
        .startsWith("text/plain; version=0.0.4");
    assertThat(answer.body())
        .contains("distrifs_test_read_bytes_total{result=\"ok\"} 5.0")
        .contains("distrifs_test_propose_seconds_bucket{le=\"0.01\"} 1")
        .contains("distrifs_test_propose_seconds_count 1")
        .contains("distrifs_test_queue_length 4.0")
        .contains("jvm_memory_used_bytes")
        .contains("process_files_open_files")
        .contains("process_uptime_seconds");
  }

  @Test
  void healthIsOkOrAProblemPerLine() throws Exception {
    assertThat(ask("GET", "/healthz").statusCode()).isEqualTo(200);
    assertThat(ask("GET", "/healthz").body()).isEqualTo("ok\n");

    problems = List.of("The master is away.", "A disk is out.");

    HttpResponse<String> answer = ask("GET", "/healthz");
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).isEqualTo("The master is away.\nA disk is out.\n");
  }

  @Test
  void healthListsABoundedNumberOfProblems() throws Exception {
    problems = Collections.nCopies(MetricsServer.MAX_PROBLEMS + 5, "A disk is out.");
    assertThat(ask("GET", "/healthz").body())
        .hasLineCount(MetricsServer.MAX_PROBLEMS + 1)
        .endsWith("and 5 more\n");
  }

  @Test
  void aHealthCheckThatFailsIsNotHealthy() throws Exception {
    problems = null;
    assertThat(ask("GET", "/healthz").statusCode()).isEqualTo(500);
  }

  @Test
  void refusesOtherPathsAndMethods() throws Exception {
    assertThat(ask("GET", "/").statusCode()).isEqualTo(404);
    assertThat(ask("GET", "/metricsandmore").statusCode()).isEqualTo(404);
    assertThat(ask("POST", "/metrics").statusCode()).isEqualTo(405);
    HttpResponse<String> head = ask("HEAD", "/healthz");
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
  }

  @Test
  void aPortInUseIsASentenceThatNamesItAndTheWayOut() {
    InetSocketAddress taken =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
    assertThatThrownBy(
            () -> MetricsServer.start("test", taken, "test.metricsPort", metrics, List::of))
        .isInstanceOf(OperatorException.class)
        .hasMessageContaining("Cannot serve metrics on localhost:" + server.port())
        .hasMessageContaining("choose another with test.metricsPort");
  }

  @Test
  void aHostThatDoesNotResolveIsASentence() {
    InetSocketAddress nowhere = InetSocketAddress.createUnresolved("nowhere.invalid", 1);
    assertThatThrownBy(
            () -> MetricsServer.start("test", nowhere, "test.metricsHost", metrics, List::of))
        .isInstanceOf(OperatorException.class)
        .hasMessageContaining("nowhere.invalid:1");
  }

  @Test
  void freesItsPortWhenClosed() throws IOException {
    int port = server.port();
    server.close();
    InetSocketAddress again = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    MetricsServer.start("test", again, "test.metricsPort", metrics, List::of).close();
  }

  @Test
  void aRoleIsALowerCaseWord() {
    assertThatThrownBy(() -> new Metrics("Data Node")).isInstanceOf(IllegalArgumentException.class);
  }
}
