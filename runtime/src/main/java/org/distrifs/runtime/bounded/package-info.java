/**
 * Collections that never hold more than a bound, and forget in a strict order.
 *
 * <p>Where the order in which entries are forgotten decides nothing, a Caffeine cache does the same
 * work without a lock of its own. Here are those in which it does: an entry that was just added
 * must outlive the older ones, or a simulated run must forget the same entries each time.
 */
package org.distrifs.runtime.bounded;
