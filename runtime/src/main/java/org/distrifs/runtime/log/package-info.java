/**
 * What a process tells an operator: one line per event on standard error, as {@code time (UTC),
 * level, thread, logger, message}, or in the file that {@code DISTRIFS_LOG_FILE} names, which is
 * bounded ({@code LogFile}). What happens to a single chunk or file is told at DEBUG, and sums of
 * it at INFO ({@link org.distrifs.runtime.log.EventSums}).
 *
 * <p>{@code logback.xml} of this module holds the pattern and is used by every module and its
 * tests; {@link org.distrifs.runtime.log.Logging#start} is called first thing in {@code main} to
 * set the level and to bring in what libraries log through {@code java.util.logging}. The
 * environment variable {@code DISTRIFS_LOG_LEVEL} overrides the level. An {@link
 * org.distrifs.runtime.lifecycle.OperatorException} is logged as its sentence, without a stack
 * trace.
 */
package org.distrifs.runtime.log;
