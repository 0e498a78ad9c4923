/** Extended attributes: which names are allowed, and which of them have a meaning to the system. */
package org.distrifs.proto.xattr;
