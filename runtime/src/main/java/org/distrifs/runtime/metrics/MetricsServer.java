package org.distrifs.runtime.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.distrifs.runtime.disk.FailureReason;
import org.distrifs.runtime.lifecycle.NamedThreads;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@code /metrics} (Prometheus text) and {@code /healthz} over HTTP: 200 and "ok", with a
 * line per warning if there are any, or 503 and a problem per line. By convention on the port of
 * the role plus {@link #PORT_OFFSET}. Keeps the process alive until closed.
 */
public final class MetricsServer implements AutoCloseable {

  /** What is added to the port of a role for its metrics: {@value}. */
  public static final int PORT_OFFSET = 1000;

  /** Problems or warnings that {@code /healthz} lists at most. */
  static final int MAX_PROBLEMS = 100;

  private static final Logger LOG = LoggerFactory.getLogger(MetricsServer.class);
  private static final String PLAIN_TEXT = "text/plain; charset=utf-8";
  private static final int THREADS = 2;
  private static final int MAX_WAITING_REQUESTS = 64;
  private static final int MAX_CONNECTIONS = 64;
  private static final int MAX_REQUEST_SECONDS = 10;

  static {
    // By default the JDK's server waits for ever for a slow peer, and takes any number of them.
    // These properties must be set before its first use; those of the command line take precedence.
    setUnlessGiven("sun.net.httpserver.maxReqTime", MAX_REQUEST_SECONDS);
    setUnlessGiven("sun.net.httpserver.maxRspTime", MAX_REQUEST_SECONDS);
    setUnlessGiven("jdk.httpserver.maxConnections", MAX_CONNECTIONS);
  }

  private final HttpServer server;
  private final ExecutorService threads;
  private final Metrics metrics;
  private final HealthCheck health;

  private MetricsServer(
      HttpServer server, ExecutorService threads, Metrics metrics, HealthCheck health) {
    this.server = server;
    this.threads = threads;
    this.metrics = metrics;
    this.health = health;
  }

  /**
   * Starts to serve.
   *
   * @param role prefix of the thread names
   * @param address where to listen; port 0 takes a free one, see {@link #port}
   * @param portSetting the setting or flag by which an operator chooses another port, for the error
   *     sentence
   * @param metrics stays the caller's to close, after this server
   * @throws OperatorException if the address cannot be listened on
   */
  public static MetricsServer start(
      String role,
      InetSocketAddress address,
      String portSetting,
      Metrics metrics,
      HealthCheck health) {
    HttpServer server = bind(address, portSetting);
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MAX_WAITING_REQUESTS),
            NamedThreads.daemon(role, "metrics"));
    MetricsServer metricsServer = new MetricsServer(server, threads, metrics, health);
    server.createContext("/", metricsServer::handle);
    server.setExecutor(threads);
    server.start();
    LOG.info(
        "Metrics and health are served on http://{}:{}/metrics and /healthz",
        address.getHostString(),
        metricsServer.port());
    return metricsServer;
  }

  private static HttpServer bind(InetSocketAddress address, String portSetting) {
    String where = address.getHostString() + ":" + address.getPort();
    if (address.isUnresolved()) {
      throw new OperatorException(
          "Cannot serve metrics on " + where + ": the host name does not resolve.");
    }
    try {
      return HttpServer.create(address, 0);
    } catch (BindException e) {
      throw new OperatorException(
          "Cannot serve metrics on %s: %s. Stop what uses port %d (see: ss -ltnp), or choose another with %s."
              .formatted(where, e.getMessage(), address.getPort(), portSetting),
          e);
    } catch (IOException e) {
      throw new OperatorException(
          "Cannot serve metrics on " + where + ": " + FailureReason.of(e) + ".", e);
    }
  }

  /** The port that is listened on. */
  public int port() {
    return server.getAddress().getPort();
  }

  /** Stops at once. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdown();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      respond(exchange);
    }
  }

  private void respond(HttpExchange exchange) throws IOException {
    try {
      if (!List.of("GET", "HEAD").contains(exchange.getRequestMethod())) {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        answer(exchange, 405, PLAIN_TEXT, "Only GET is served here.\n");
        return;
      }
      switch (exchange.getRequestURI().getPath()) {
        case "/metrics" ->
            answer(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", metrics.scrape());
        case "/healthz" -> answerHealth(exchange);
        default -> answer(exchange, 404, PLAIN_TEXT, "Served here are /metrics and /healthz.\n");
      }
    } catch (RuntimeException e) {
      LOG.error("Cannot answer {}", exchange.getRequestURI(), e);
      answer(exchange, 500, PLAIN_TEXT, "Cannot answer: " + e + "\n");
    }
  }

  private void answerHealth(HttpExchange exchange) throws IOException {
    List<String> problems = health.problems();
    if (problems.isEmpty()) {
      answer(exchange, 200, PLAIN_TEXT, "ok\n" + lines("warning: ", health.warnings()));
    } else {
      answer(exchange, 503, PLAIN_TEXT, lines("", problems));
    }
  }

  private static String lines(String prefix, List<String> sentences) {
    StringBuilder text = new StringBuilder();
    sentences.stream()
        .limit(MAX_PROBLEMS)
        .forEach(sentence -> text.append(prefix).append(sentence).append('\n'));
    if (sentences.size() > MAX_PROBLEMS) {
      text.append("and ").append(sentences.size() - MAX_PROBLEMS).append(" more\n");
    }
    return text.toString();
  }

  private static void answer(HttpExchange exchange, int status, String type, String text)
      throws IOException {
    byte[] body = text.getBytes(UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(status, -1);
      return;
    }
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  private static void setUnlessGiven(String property, int value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, Integer.toString(value));
    }
  }
}
