package org.distrifs.datanode.store;

import java.util.BitSet;

/**
 * What identifies the content of one MiB of a replica.
 *
 * @param hash first 16 bytes of the SHA-256 of its bytes
 * @param checksums the stored ones, of each block in it
 * @param mismatches blocks, counted within the MiB, whose bytes do not match their checksum
 */
public record MibDigest(byte[] hash, int[] checksums, BitSet mismatches) {}
