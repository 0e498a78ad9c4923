/** The disks of simulated datanodes, and the store of replicas on them. */
package org.distrifs.simulation.disk;
