package org.distrifs.runtime.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * Keeps what is logged through a logger and those below it, from the opening until the close. For
 * tests; it is in this module because tests of several modules use it. Any thread.
 */
public final class CapturedLog implements AutoCloseable {

  private final Logger logger;
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  private CapturedLog(Logger logger) {
    this.logger = logger;
  }

  /**
   * @param loggerName such as a package
   */
  public static CapturedLog of(String loggerName) {
    CapturedLog log = new CapturedLog((Logger) LoggerFactory.getLogger(loggerName));
    log.lines.start();
    log.logger.addAppender(log.lines);
    return log;
  }

  /** The messages at INFO and above, in order. */
  public List<String> messages() {
    // The appender holds the same lock while it appends.
    synchronized (lines) {
      return lines.list.stream()
          .filter(line -> line.getLevel().isGreaterOrEqual(Level.INFO))
          .map(ILoggingEvent::getFormattedMessage)
          .toList();
    }
  }

  @Override
  public void close() {
    logger.detachAppender(lines);
    lines.stop();
  }
}
