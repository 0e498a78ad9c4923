/**
 * Everything that is on a wire, and both ends of it: messages, frames, connections, checksums and
 * ids.
 */
package org.distrifs.proto;
