/** Parts of files. */
package org.distrifs.proto.range;
