/**
 * How a process starts, fails and stops.
 *
 * <p>What an operator can cause ends in an {@link
 * org.distrifs.runtime.lifecycle.OperatorException}: one sentence and an exit code, no stack trace.
 * An internal failure of an essential part ends in {@link
 * org.distrifs.runtime.lifecycle.ProcessHalt}: the process stops at once, rather than go on without
 * that part. Everything opened is closed through a {@link
 * org.distrifs.runtime.lifecycle.CloseStack}, in reverse order; threads come from {@link
 * org.distrifs.runtime.lifecycle.NamedThreads}, so that the death of any thread is logged.
 */
package org.distrifs.runtime.lifecycle;
