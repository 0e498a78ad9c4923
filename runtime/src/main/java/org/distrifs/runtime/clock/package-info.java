/**
 * Interfaces to time and randomness, so that a test or the simulation can control them.
 *
 * <p>Durations, timeouts and leases are measured with {@link
 * org.distrifs.runtime.clock.ClockSource#monotonicNs}; the wall clock may jump, so it is used only
 * for times that people see: inode times and logs.
 */
package org.distrifs.runtime.clock;
