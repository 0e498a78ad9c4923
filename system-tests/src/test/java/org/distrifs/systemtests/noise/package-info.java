/** What broken or foreign programs may say to the ports of a cluster. */
package org.distrifs.systemtests.noise;
