/**
 * Time and randomness as interfaces, so that a test or the simulation can own them.
 *
 * <p>Durations, timeouts and leases are measured with {@link
 * org.distrifs.runtime.clock.ClockSource#monotonicNs}; the wall clock, which may jump, only stamps
 * what people see: inode times and logs.
 */
package org.distrifs.runtime.clock;
