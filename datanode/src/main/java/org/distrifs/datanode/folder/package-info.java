/** Whose data folder it is, and what of a datanode must outlive its process besides the chunks. */
package org.distrifs.datanode.folder;
