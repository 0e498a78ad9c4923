/**
 * The client SDK: file handles, chunk readers and writers, caches and retries; it knows no FUSE.
 */
package org.distrifs.client;
