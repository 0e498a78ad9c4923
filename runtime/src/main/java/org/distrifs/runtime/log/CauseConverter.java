package org.distrifs.runtime.log;

import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.CoreConstants;
import org.distrifs.runtime.lifecycle.OperatorException;

/**
 * Prints the exception of a log line with its stack trace, or just the sentence if it is one for
 * the operator. Public because the log configuration names it.
 */
public final class CauseConverter extends ThrowableProxyConverter {

  @Override
  protected String throwableProxyToString(IThrowableProxy thrown) {
    return thrown.getClassName().equals(OperatorException.class.getName())
        ? thrown.getMessage() + CoreConstants.LINE_SEPARATOR
        : super.throwableProxyToString(thrown);
  }
}
