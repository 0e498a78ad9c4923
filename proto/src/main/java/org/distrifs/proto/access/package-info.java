/** Rules of access that master and client have in common. */
package org.distrifs.proto.access;
