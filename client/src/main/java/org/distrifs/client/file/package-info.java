/**
 * Open files: what the handles of one inode share, and the façade over session, metadata, reading
 * and writing.
 */
package org.distrifs.client.file;
