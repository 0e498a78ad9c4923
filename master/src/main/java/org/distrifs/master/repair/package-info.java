/**
 * Brings chunks back to their full number of good replicas: a queue that the census feeds, and the
 * copies that are made ahead of the changes in which they join. Plain objects of the thread that
 * owns the master's state.
 */
package org.distrifs.master.repair;
