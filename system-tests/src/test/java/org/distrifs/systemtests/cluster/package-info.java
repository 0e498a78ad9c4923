/** What system tests use: commands with a bound, and local clusters that clean up. */
package org.distrifs.systemtests.cluster;
