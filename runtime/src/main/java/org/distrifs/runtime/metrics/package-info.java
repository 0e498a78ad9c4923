/**
 * What a process tells about itself: counters, latencies and gauges in Prometheus' text format, and
 * whether it is healthy.
 *
 * <p>Names are {@code distrifs_<role>_<thing>_<unit>}: {@code distrifs_datanode_read_bytes_total},
 * {@code distrifs_master_propose_seconds}, {@code distrifs_datanode_chain_queue_length}. In code
 * the thing is written with dots and without role, and base units alone are used (bytes, seconds);
 * the Prometheus registry adds {@code _total} to counters and {@code _seconds} to timers. Labels
 * must have few values: operations and results, never chunks, inodes or paths. All meters of one
 * name carry the same label names.
 */
package org.distrifs.runtime.metrics;
