/**
 * The network between simulated processes: links with delays, which are cut and heal; connections,
 * which break; and the three protocols over them (data plane, client streams, datanode calls).
 */
package org.distrifs.simulation.network;
