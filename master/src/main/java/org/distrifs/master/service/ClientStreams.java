package org.distrifs.master.service;

import org.distrifs.master.state.MasterState;
import org.distrifs.proto.control.ClientMessage;
import org.distrifs.proto.control.KeepAlive;
import org.distrifs.proto.control.KeepAliveReply;
import org.distrifs.proto.control.MasterMessage;
import org.distrifs.proto.control.NumberedOperation;
import org.distrifs.proto.id.JournalPosition;
import org.distrifs.runtime.clock.ClockSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What client streams bring, in the master's loop: opens, batches, signs of life, ends. */
final class ClientStreams implements MetadataEndpoint.Sessions {

  private static final Logger LOG = LoggerFactory.getLogger(ClientStreams.class);

  private final MasterState state;
  private final JournalPipeline journal;
  private final ServingState serving;
  private final SessionTable sessions;
  private final MetadataOperations operations;
  private final OrphanQuestions orphans;
  private final ClusterSpace space;
  private final ClockSource clock;

  ClientStreams(
      MasterState state,
      JournalPipeline journal,
      ServingState serving,
      SessionTable sessions,
      MetadataOperations operations,
      OrphanQuestions orphans,
      ClusterSpace space,
      ClockSource clock) {
    this.state = state;
    this.journal = journal;
    this.serving = serving;
    this.sessions = sessions;
    this.operations = operations;
    this.orphans = orphans;
    this.space = space;
    this.clock = clock;
  }

  @Override
  public void message(MetadataEndpoint.Connection stream, ClientMessage message, long arrivedNs) {
    if (message.hasOpen()) {
      if (stream.beginOpening()) {
        sessions.open(stream, message.getOpen(), stream::serves);
      } else {
        stream.refuse("a stream opens one session");
      }
      return;
    }
    ClientSession session = sessions.servedBy(stream, stream.sessionId());
    if (session == null) {
      if (stream.sessionId() == 0) {
        stream.refuse("the first message of a stream opens its session");
      }
      // Otherwise another stream has taken the session over, or the session has ended, and this
      // stream was told so.
      return;
    }
    session.heard(clock.monotonicNs());
    switch (message.getKindCase()) {
      case BATCH -> batch(stream, session, message, arrivedNs);
      case KEEP_ALIVE -> keepAlive(session, message);
      case LOCK_ANSWER ->
          operations.lockQuestionAnswered(session, message.getLockAnswer().getNumber());
      case CLOSE -> sessions.close(session);
      default -> stream.refuse("a message of a kind that is not known here");
    }
  }

  private void batch(
      MetadataEndpoint.Connection stream,
      ClientSession session,
      ClientMessage message,
      long arrivedNs) {
    if (message.getBatch().getOperationsCount() > ClientSession.MAX_BATCH) {
      stream.refuse("more than " + ClientSession.MAX_BATCH + " operations in one message");
      sessions.detach(session, stream);
      return;
    }
    for (NumberedOperation numbered : message.getBatch().getOperationsList()) {
      operations.accept(session, numbered, arrivedNs);
    }
  }

  private void keepAlive(ClientSession session, ClientMessage message) {
    KeepAlive sign = message.getKeepAlive();
    serving.peerSaw(
        new JournalPosition(sign.getHighestDurableTerm(), sign.getHighestDurableTxid()),
        session.toString());
    orphans.answered(session, sign);
    KeepAliveReply.Builder reply =
        KeepAliveReply.newBuilder().setTerm(state.term()).setDurableTxid(journal.durableTxid());
    reply.setSpaceIsScarce(space.isScarce());
    orphans.ask(session, reply);
    session.send(MasterMessage.newBuilder().setKeepAlive(reply).build());
  }

  @Override
  public void ready(MetadataEndpoint.Connection stream) {
    ClientSession session = sessions.servedBy(stream, stream.sessionId());
    if (session != null) {
      operations.ready(session);
    }
  }

  @Override
  public void broken(MetadataEndpoint.Connection stream) {
    ClientSession session = sessions.servedBy(stream, stream.sessionId());
    if (session != null) {
      LOG.info("The stream of {} is broken; it may come back", session);
      sessions.detach(session, stream);
    }
  }
}
