package org.distrifs.runtime.log;

import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.CoreConstants;
import org.distrifs.runtime.lifecycle.OperatorException;

/**
 * Prints the exception of a log line: an {@code OperatorException} as its sentence, any other with
 * its stack trace. Public because the log configuration names it.
 */
public final class CauseConverter extends ThrowableProxyConverter {

  @Override
  protected String throwableProxyToString(IThrowableProxy thrown) {
    return thrown.getClassName().equals(OperatorException.class.getName())
        ? thrown.getMessage() + CoreConstants.LINE_SEPARATOR
        : super.throwableProxyToString(thrown);
  }
}
