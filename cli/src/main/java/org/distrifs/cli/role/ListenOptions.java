package org.distrifs.cli.role;

import picocli.CommandLine.Option;

/** The flags that say where a master or datanode listens. */
final class ListenOptions {

  @Option(names = "--host", paramLabel = "ADDRESS", description = "The address to listen on.")
  private String host;

  @Option(names = "--port", paramLabel = "PORT", description = "The port to listen on.")
  private Integer port;

  @Option(names = "--metrics-port", paramLabel = "PORT", description = "The port of its metrics.")
  private Integer metricsPort;

  String host() {
    return host;
  }

  Integer port() {
    return port;
  }

  Integer metricsPort() {
    return metricsPort;
  }
}
