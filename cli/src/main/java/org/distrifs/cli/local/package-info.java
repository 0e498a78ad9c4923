/**
 * A whole cluster on this machine, one process for each role: {@code distrifs local …}.
 *
 * <p>{@link org.distrifs.cli.local.LocalCluster} holds the state transitions (up, down, start,
 * stop, kill); it stands on {@code ClusterFolder} (where everything lies), {@code ClusterFlags}
 * (what is remembered from one start to the next), {@code RoleProcess} (one process and its pid
 * file).
 */
package org.distrifs.cli.local;
