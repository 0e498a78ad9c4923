/** What the datanode tells the master, and what it is told in return. */
package org.distrifs.datanode.report;
