/**
 * The datanode: chunks on local disks, the data server, the replication chain and reports to the
 * master.
 */
package org.distrifs.datanode;
