/**
 * From byte ranges to verified bytes: {@link org.distrifs.client.read.ReplicaReader} gets blocks of
 * one chunk from whichever replica serves bytes that match their checksums, {@link
 * org.distrifs.client.read.FileReader} assembles ranges of a file from them and runs ahead of
 * sequential readers.
 */
package org.distrifs.client.read;
