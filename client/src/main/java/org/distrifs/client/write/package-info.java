/**
 * From written bytes to acknowledged, synced and committed ones.
 *
 * <p>Bytes wait as {@link org.distrifs.client.write.Extent}s until they fill a packet, somebody
 * flushes, or the write-back delay passes. A {@link org.distrifs.client.write.Packet} belongs to a
 * {@link org.distrifs.client.write.ChunkWriter}, which sends the packets of one chunk in order to
 * the head of its chain, and again after a failure. {@link org.distrifs.client.write.FileWriter} is
 * the sum of it for one file, guarded by one lock.
 *
 * <p>Bytes that could not be sent within the bound are dropped; the failure is reported once to
 * each handle, by its next write, flush, sync or close. What was acknowledged is committed all the
 * same.
 */
package org.distrifs.client.write;
