package org.distrifs.client.session;

import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.control.ClientMessage;
import org.distrifs.proto.control.MasterMessage;

/**
 * One bidirectional stream to a master. Messages are sent by one thread at a time; they arrive in
 * order or the stream breaks.
 */
public interface ControlStream {

  /** Sends a message; does nothing when the stream is broken, which the listener hears of. */
  void send(ClientMessage message);

  /** Ends the stream in order: the master reads what was sent. */
  void finish();

  /** Ends the stream at once. */
  void cancel(String why);

  /** Hears what comes; one call at a time. */
  interface Listener {
    void received(MasterMessage message);

    /** The stream ended; nothing comes any more. Called at most once. */
    void ended(String why);
  }

  /** Makes streams. Seam: gRPC in production, a fake master in tests. */
  interface Opener extends AutoCloseable {
    /** Begins a stream without waiting; a master that is away ends it. */
    ControlStream open(PeerAddress master, Listener listener);

    @Override
    void close();
  }
}
