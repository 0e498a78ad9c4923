package org.distrifs.runtime.log;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.rolling.RollingFileAppender;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The log file of a process in the background. When it is as large as its bound it is renamed and
 * compressed, while the process runs. Some older files are kept ({@link OlderLogs}).
 */
final class LogFile {

  /** The property of {@code logback.xml} with the pattern of a line. */
  private static final String LINE_PROPERTY = "LINE";

  private LogFile() {}

  /**
   * From now on everything is logged to this file and nowhere else. What the file contains stays.
   * No other process logs to it: {@code FILE.lock} beside it is locked until this process ends.
   *
   * @throws IOException if the file cannot be written, or if another process logs to it; then
   *     nothing is changed
   */
  static void use(LoggerContext context, Path file, LogBounds bounds) throws IOException {
    Path absolute = file.toAbsolutePath();
    // This tells the reason if the file cannot be opened. Logback does not.
    Files.newByteChannel(absolute, CREATE, APPEND).close();
    RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
    appender.setContext(context);
    appender.setName("FILE");
    appender.setFile(absolute.toString());
    appender.setEncoder(encoder(context));
    LogRolling rolling = new LogRolling(context, absolute, bounds, lock(absolute));
    rolling.start();
    appender.setRollingPolicy(rolling);
    appender.start();
    if (!appender.isStarted()) {
      rolling.stop();
      throw new IOException("it could not be opened");
    }
    Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.detachAndStopAllAppenders();
    root.addAppender(appender);
  }

  private static PatternLayoutEncoder encoder(LoggerContext context) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(context.getProperty(LINE_PROPERTY));
    encoder.start();
    return encoder;
  }

  /** The kernel frees the lock when the process ends, however it ends; the lock's file stays. */
  private static FileChannel lock(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(file.resolveSibling(file.getFileName() + ".lock"), CREATE, WRITE);
    boolean locked = false;
    try {
      locked = channel.tryLock() != null;
    } finally {
      if (!locked) {
        channel.close();
      }
    }
    if (!locked) {
      throw new IOException("another process logs to it");
    }
    return channel;
  }
}
