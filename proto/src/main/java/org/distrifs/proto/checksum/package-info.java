/** CRC32C over blocks. */
package org.distrifs.proto.checksum;
