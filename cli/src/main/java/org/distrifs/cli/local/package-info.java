/**
 * A whole cluster on this machine, one process for each role: {@code distrifs local …}.
 *
 * <p>{@link org.distrifs.cli.local.LocalCluster} holds the state transitions (up, down, start,
 * stop, kill); it uses {@code ClusterFolder} (paths), {@code ClusterFlags} (the flags, saved from
 * one start to the next) and {@code RoleProcess} (one process and its pid file).
 */
package org.distrifs.cli.local;
