/** Input that broken or foreign programs may send to the ports of a cluster. */
package org.distrifs.systemtests.noise;
