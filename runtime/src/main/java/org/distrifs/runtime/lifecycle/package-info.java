/**
 * How a process starts, fails and stops.
 *
 * <p>What an operator can cause ends in an {@link
 * org.distrifs.runtime.lifecycle.OperatorException}: one sentence and an exit code, no stack trace.
 * What must not happen ends in {@link org.distrifs.runtime.lifecycle.ProcessHalt}: a process whose
 * essential part has died stops at once rather than linger half alive. Everything opened is closed
 * through a {@link org.distrifs.runtime.lifecycle.CloseStack}, in reverse order; threads come from
 * {@link org.distrifs.runtime.lifecycle.NamedThreads}, so that none dies unseen.
 */
package org.distrifs.runtime.lifecycle;
