/**
 * Collections that hold at most a fixed number of entries, and forget them in a strict order.
 *
 * <p>Use a Caffeine cache where the order does not matter. Use these where it does: where an entry
 * that was just added must outlive older ones, or where a simulated run must forget the same
 * entries each time.
 */
package org.distrifs.runtime.bounded;
