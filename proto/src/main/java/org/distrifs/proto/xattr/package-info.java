/** Extended attributes: which names there are, and which of them mean something to the system. */
package org.distrifs.proto.xattr;
