/**
 * The network between simulated processes: links with delays that are cut and heal, connections
 * that break, and the three kinds of talk over them (data plane, client streams, datanode calls).
 */
package org.distrifs.simulation.network;
