/** CRC32C over blocks, and the hash by which replicas are compared. */
package org.distrifs.proto.checksum;
