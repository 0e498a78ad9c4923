/**
 * A driver of random file operations, applied to two folders that must behave alike: a mount and a
 * local folder. A failing sequence is shrunk by leaving operations out.
 *
 * <p>Callers draw a seed, let {@link OperationGenerator} make operations from it, and pass them to
 * {@link Comparison}. It reports a difference with the shortest sequence that shows it.
 */
package org.distrifs.simulation.randomops;
