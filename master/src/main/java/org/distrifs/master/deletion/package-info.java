/**
 * What may be deleted, and when: replicas that no chain needs, chunks without a file. The rules are
 * those of {@code docs/chain-changes.md}; what is not proven stays. Plain objects of the thread
 * that owns the master's state.
 */
package org.distrifs.master.deletion;
