/**
 * The processes of a simulated cluster: the real master, chain members and clients, over simulated
 * network, disks and clocks. The scheduler starts, pauses and kills them.
 */
package org.distrifs.simulation.cluster;
