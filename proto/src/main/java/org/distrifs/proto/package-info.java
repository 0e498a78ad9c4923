/**
 * The protocols between processes: messages, frames, checksums and ids, and both ends of a
 * connection.
 */
package org.distrifs.proto;
