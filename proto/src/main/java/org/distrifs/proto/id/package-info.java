/** Identifiers, and how they are written as text. */
package org.distrifs.proto.id;
