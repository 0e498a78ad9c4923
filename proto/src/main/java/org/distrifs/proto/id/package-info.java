/** Identifiers and how they are written. */
package org.distrifs.proto.id;
