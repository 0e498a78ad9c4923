/**
 * The processes of a simulated cluster: the real master, chain members and clients, each hosted
 * over simulated seams, and killed, stopped and started by the scheduler.
 */
package org.distrifs.simulation.cluster;
