/**
 * Chaos: a real cluster of which each process has a network of its own, programs that write and
 * read on two mounts, and faults drawn from a seed. Everything that was acknowledged is recorded,
 * and compared byte by byte.
 *
 * <p>{@link org.distrifs.systemtests.chaos.Chaos} is the program that {@code scripts/chaos} starts;
 * {@code docs/testing.md} tells how to run and to repeat it.
 */
package org.distrifs.systemtests.chaos;
