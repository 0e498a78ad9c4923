package org.distrifs.master.service;

import org.distrifs.proto.control.MasterMessage;

/** The way to a client: one stream, as the master's loop sees it. */
interface SessionStream {

  /** Whether a message would leave rather than pile up. */
  boolean isReady();

  /** Sends; a stream that is broken swallows it, and its end is told separately. */
  void send(MasterMessage message);

  /** Ends the stream. */
  void complete();

  /** Ends the stream because the client broke the protocol. */
  void refuse(String sentence);
}
