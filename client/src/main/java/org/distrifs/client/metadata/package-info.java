/** Namespace operations: one question to the master each, or none when a cache may answer. */
package org.distrifs.client.metadata;
