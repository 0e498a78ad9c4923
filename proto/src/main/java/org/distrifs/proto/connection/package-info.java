/** Both ends of a data-plane connection. */
package org.distrifs.proto.connection;
