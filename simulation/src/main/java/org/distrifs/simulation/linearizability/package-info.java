/**
 * Decides whether what clients saw of a register could have been seen if each operation had
 * happened at one instant between its call and its answer: linearizability (Herlihy and Wing,
 * "Linearizability: a correctness condition for concurrent objects", 1990).
 *
 * <p>Callers record a {@link org.distrifs.simulation.linearizability.RegisterOperation} for each
 * operation, all with the same clock, and ask {@link
 * org.distrifs.simulation.linearizability.LinearizabilityChecker}. Linearizability is local: a file
 * is checked block by block.
 */
package org.distrifs.simulation.linearizability;
