/**
 * The journal: {@link org.distrifs.master.journal.ReplicatedLog} is what the master proposes its
 * entries to, {@link org.distrifs.master.journal.LocalLog} keeps them on one disk. The format and
 * the reasoning of its recovery are in {@code docs/journal.md}.
 */
package org.distrifs.master.journal;
