/** What the system tests stand on: commands with a bound, and a local cluster that cleans up. */
package org.distrifs.systemtests.cluster;
