/** Ranges of blocks of a file. */
package org.distrifs.proto.range;
