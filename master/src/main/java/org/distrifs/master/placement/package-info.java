/** Which datanodes a new chunk is placed on. Plain objects without threads. */
package org.distrifs.master.placement;
