package org.distrifs.runtime.log;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.rolling.RollingPolicy;
import ch.qos.logback.core.rolling.TriggeringPolicy;
import ch.qos.logback.core.rolling.helper.CompressionMode;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.distrifs.runtime.disk.FailureReason;
import org.slf4j.Logger;

/**
 * Tells logback when to begin a new log file, and renames the full one. Logback's own policy for
 * numbered files (1.5.22) makes all threads that log wait while it compresses. It also deletes a
 * file that it failed to compress, so a full disk would lose every file.
 *
 * <p>Logback calls one method at a time, under its lock, and ignores what is logged in them. So the
 * thread that compresses logs the warnings of this class.
 */
final class LogRolling extends ContextAwareBase
    implements RollingPolicy, TriggeringPolicy<ILoggingEvent> {

  private static final int STOP_BOUND_S = 30;

  private final Path file;
  private final LogBounds bounds;
  private final FileChannel lock;
  private final Logger log;
  private final OlderLogs older;

  /** How large the file may grow before the next attempt to set it aside. */
  private long limitBytes;

  private boolean started;
  private CompletableFuture<Void> compression = CompletableFuture.completedFuture(null);

  /**
   * @param context whose log this is
   * @param lock keeps the files to this process; it is closed by {@link #stop}
   */
  LogRolling(LoggerContext context, Path file, LogBounds bounds, FileChannel lock) {
    setContext(context);
    this.log = context.getLogger(LogRolling.class);
    this.file = file;
    this.bounds = bounds;
    this.lock = lock;
    this.older = new OlderLogs(file, bounds.olderFiles());
    this.limitBytes = bounds.fileBytes();
  }

  @Override
  public void start() {
    started = true;
    compressInBackground();
  }

  @Override
  public boolean isTriggeringEvent(File activeFile, ILoggingEvent event) {
    long length = activeFile.length();
    return length >= limitBytes || (length == 0 && isGone(activeFile));
  }

  /**
   * Whether somebody has removed or renamed the file, or it could not be opened the last time. A
   * folder that is gone was removed on purpose, so the file is not made again.
   */
  private static boolean isGone(File activeFile) {
    return !activeFile.exists() && activeFile.getParentFile().isDirectory();
  }

  /** When this returns, logback opens the file and appends to it. */
  @Override
  public void rollover() {
    File active = file.toFile();
    if (!active.exists()) {
      return;
    }
    try {
      older.setAside();
      limitBytes = bounds.fileBytes();
      compressInBackground();
    } catch (IOException e) {
      limitBytes = active.length() + bounds.fileBytes();
      inBackground(
          () -> log.warn("Cannot rename {}, so it goes on growing: {}", file, FailureReason.of(e)));
    }
  }

  private void compressInBackground() {
    inBackground(
        () -> {
          try {
            older.compress();
          } catch (IOException e) {
            log.warn("Cannot compress the older files of {}: {}", file, FailureReason.of(e));
          }
        });
  }

  private void inBackground(Runnable task) {
    compression =
        compression.handleAsync(
            (done, failureOfTheOneBefore) -> {
              task.run();
              return null;
            },
            getContext().getExecutorService());
  }

  @Override
  public void stop() {
    if (!started) {
      return;
    }
    started = false;
    try {
      compression.completeOnTimeout(null, STOP_BOUND_S, TimeUnit.SECONDS).join();
      lock.close();
    } catch (IOException e) {
      addError("Cannot close the lock of " + file, e);
    }
  }

  @Override
  public boolean isStarted() {
    return started;
  }

  @Override
  public String getActiveFileName() {
    return file.toString();
  }

  /** The appender itself compresses nothing. */
  @Override
  public CompressionMode getCompressionMode() {
    return CompressionMode.NONE;
  }

  /** Not needed: the constructor gets the file. */
  @Override
  public void setParent(FileAppender<?> appender) {}
}
