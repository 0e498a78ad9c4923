package org.distrifs.proto.connection;

/**
 * Time-outs of a data-plane connection, in milliseconds.
 *
 * @param connectMs for a connection to be made
 * @param helloMs for a HELLO, or its answer
 * @param askerIdleMs until an asker closes a connection that carries nothing
 * @param listenerIdleMs the same for a listener: longer, so that an asker never sends into a
 *     connection that is just being closed
 * @param stallMs for the rest of a frame, or for the other side to take a byte
 */
record ConnectionBounds(
    int connectMs, int helloMs, int askerIdleMs, int listenerIdleMs, int stallMs) {
  static final ConnectionBounds DEFAULT =
      new ConnectionBounds(3_000, 10_000, 120_000, 300_000, 30_000);
}
