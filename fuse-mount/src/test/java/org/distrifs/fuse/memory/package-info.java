/** A whole DistriFS in memory behind the client's façade: what tests and measurements mount. */
package org.distrifs.fuse.memory;
