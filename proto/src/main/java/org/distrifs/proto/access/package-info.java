/** Rules of access that both ends go by. */
package org.distrifs.proto.access;
