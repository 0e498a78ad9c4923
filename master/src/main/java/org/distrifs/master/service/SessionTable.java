package org.distrifs.master.service;

import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.distrifs.master.session.SessionInfo;
import org.distrifs.master.state.Applied;
import org.distrifs.master.state.MasterState;
import org.distrifs.proto.control.MasterMessage;
import org.distrifs.proto.control.OpenSession;
import org.distrifs.proto.control.SessionEnded;
import org.distrifs.proto.control.SessionOpened;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.id.JournalPosition;
import org.distrifs.proto.journal.JournalEntry;
import org.distrifs.proto.journal.SessionEnd;
import org.distrifs.proto.journal.SessionStart;
import org.distrifs.runtime.clock.ClockSource;
import org.distrifs.runtime.clock.Entropy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open sessions: how they begin, are taken up again on another stream, and end. Sessions that
 * the journal brings at the start count as heard then.
 */
final class SessionTable {

  static final int PROTOCOL_VERSION = 1;
  static final int MAX_SLOTS = 1024;
  private static final int MAX_CLIENT_NAME_CHARS = 256;

  private static final Logger LOG = LoggerFactory.getLogger(SessionTable.class);

  /**
   * Bounds of sessions.
   *
   * @param maxSessions open at once
   */
  record Bounds(int maxSessions, long keepAliveIntervalMs, long expiryMs) {}

  private final MasterState state;
  private final JournalPipeline journal;
  private final ServingState serving;
  private final ClockSource clock;
  private final Entropy entropy;
  private final Bounds bounds;
  private final Long2ObjectOpenHashMap<ClientSession> sessions = new Long2ObjectOpenHashMap<>();

  /** Sessions whose start is proposed and not applied, by their secrets. */
  private final Map<Long, Greeting> starting = new HashMap<>();

  SessionTable(
      MasterState state,
      JournalPipeline journal,
      ServingState serving,
      ClockSource clock,
      Entropy entropy,
      Bounds bounds) {
    this.state = state;
    this.journal = journal;
    this.serving = serving;
    this.clock = clock;
    this.entropy = entropy;
    this.bounds = bounds;
  }

  /** Takes over the sessions that the journal knows. */
  void begin() {
    long nowNs = clock.monotonicNs();
    for (SessionInfo info : state.sessions()) {
      sessions.put(info.id(), new ClientSession(info, nowNs));
    }
    if (!sessions.isEmpty()) {
      LOG.info(
          "{} sessions are remembered; each has {} ms to come back",
          sessions.size(),
          bounds.expiryMs());
    }
  }

  Collection<ClientSession> all() {
    return sessions.values();
  }

  int size() {
    return sessions.size();
  }

  boolean isOpen(long sessionId) {
    return sessions.containsKey(sessionId);
  }

  /** The open session of this id, or null. */
  ClientSession find(long sessionId) {
    return sessions.get(sessionId);
  }

  /** The session that this stream serves, or null. */
  ClientSession servedBy(SessionStream stream, long sessionId) {
    ClientSession session = sessions.get(sessionId);
    return session != null && session.isServedBy(stream) ? session : null;
  }

  /** Tells which session a stream serves from now on. */
  interface Opened {
    void as(long sessionId);
  }

  /** The stream that is told of a session, and what is told which session it serves. */
  private record Greeting(SessionStream stream, Opened opened) {}

  /**
   * Answers an OpenSession, at once or when the session is journalled. A client whose stream broke
   * before it was answered asks again, with its secret alone: that is no second session.
   */
  void open(SessionStream stream, OpenSession request, Opened opened) {
    if (request.getProtocolVersion() != PROTOCOL_VERSION) {
      refuse(
          stream,
          Errno.EPROTO,
          "this master speaks version %d of the protocol, the client version %d: run the same release on both"
              .formatted(PROTOCOL_VERSION, request.getProtocolVersion()));
      return;
    }
    if (request.getClusterId() != 0 && request.getClusterId() != state.clusterId()) {
      refuse(
          stream,
          Errno.ESTALE,
          "this master serves cluster %016x, and the client belongs to cluster %016x: name the right master"
              .formatted(state.clusterId(), request.getClusterId()));
      return;
    }
    if (request.getClusterId() != 0) {
      serving.peerSaw(
          new JournalPosition(request.getHighestDurableTerm(), request.getHighestDurableTxid()),
          "the client '" + nameOf(request) + "'");
    }
    if (!serving.isServing()) {
      refuse(stream, Errno.EIO, serving.reason());
      return;
    }
    ClientSession known =
        request.getSessionId() == 0 ? unanswered(request) : sessions.get(request.getSessionId());
    if (known != null) {
      resume(stream, request, known, opened);
    } else {
      start(stream, request, opened);
    }
  }

  /** The session that was opened for a client which does not know of it, or null. */
  private ClientSession unanswered(OpenSession request) {
    return sessions.values().stream()
        .filter(
            session ->
                session.info().secret() == request.getSessionSecret()
                    && session.info().clientName().equals(nameOf(request)))
        .findFirst()
        .orElse(null);
  }

  private void resume(
      SessionStream stream, OpenSession request, ClientSession session, Opened opened) {
    if (session.info().secret() != request.getSessionSecret()) {
      refuse(stream, Errno.EPERM, "the session belongs to another client");
      return;
    }
    LOG.info(
        "{} is resumed after {} ms",
        session,
        TimeUnit.NANOSECONDS.toMillis(session.silentNs(clock.monotonicNs())));
    greet(stream, session, true, opened);
  }

  private void start(SessionStream stream, OpenSession request, Opened opened) {
    if (sessions.size() + starting.size() >= bounds.maxSessions()) {
      refuse(
          stream,
          Errno.EAGAIN,
          "the master has " + bounds.maxSessions() + " sessions, its maximum");
      return;
    }
    if (request.getSlots() < 1 || request.getSlots() > MAX_SLOTS) {
      refuse(
          stream,
          Errno.EINVAL,
          "a session has 1 to " + MAX_SLOTS + " slots, not " + request.getSlots());
      return;
    }
    boolean isStarting =
        starting.put(request.getSessionSecret(), new Greeting(stream, opened)) != null;
    if (isStarting) {
      return;
    }
    long id = drawId();
    SessionStart entry =
        SessionStart.newBuilder()
            .setSessionId(id)
            .setSessionSecret(request.getSessionSecret())
            .setSlots(request.getSlots())
            .setClientName(nameOf(request))
            .build();
    journal.propose(
        JournalEntry.newBuilder().setSessionStart(entry),
        applied -> started(id, applied, starting.remove(request.getSessionSecret())));
  }

  private void started(long id, Applied applied, Greeting greeting) {
    if (applied instanceof Applied.Refused refused) {
      refuse(greeting.stream(), Errno.EAGAIN, refused.reason());
      return;
    }
    SessionInfo info = state.session(id).orElseThrow();
    ClientSession session = new ClientSession(info, clock.monotonicNs());
    sessions.put(id, session);
    LOG.info("{} is open, with {} slots", session, info.slots());
    greet(greeting.stream(), session, false, greeting.opened());
  }

  private void greet(SessionStream stream, ClientSession session, boolean resumed, Opened opened) {
    session.heard(clock.monotonicNs());
    session.attach(stream);
    opened.as(session.id());
    session.send(
        MasterMessage.newBuilder()
            .setOpened(
                SessionOpened.newBuilder()
                    .setClusterId(state.clusterId())
                    .setSessionId(session.id())
                    .setTerm(state.term())
                    .setSlots(session.info().slots())
                    .setKeepAliveIntervalMs((int) bounds.keepAliveIntervalMs())
                    .setExpiryMs((int) bounds.expiryMs())
                    .setDurableTxid(journal.durableTxid())
                    .setResumed(resumed)
                    .setProtocolVersion(PROTOCOL_VERSION))
            .build());
  }

  private void refuse(SessionStream stream, Errno errno, String sentence) {
    LOG.info("A session is refused: {}", sentence);
    stream.send(
        MasterMessage.newBuilder()
            .setOpened(
                SessionOpened.newBuilder()
                    .setErrno(errno.code())
                    .setMessage(sentence)
                    .setClusterId(state.clusterId())
                    .setProtocolVersion(PROTOCOL_VERSION))
            .build());
    stream.complete();
  }

  private long drawId() {
    long id = entropy.nextLong();
    while (id == 0 || sessions.containsKey(id)) {
      id = entropy.nextLong();
    }
    return id;
  }

  private static String nameOf(OpenSession request) {
    String name = request.getClientName();
    return name.substring(0, Math.min(name.length(), MAX_CLIENT_NAME_CHARS));
  }

  /** A stream that served a session is over; the session goes on. */
  void detach(ClientSession session, SessionStream stream) {
    session.detach(stream);
  }

  /** The client says that it will not come back. */
  void close(ClientSession session) {
    LOG.info("{} is closed by its client", session);
    end(session, false);
  }

  private void expire(ClientSession session) {
    String reason = "it was not heard for " + bounds.expiryMs() + " ms";
    LOG.warn("{} has ended: {}", session, reason);
    session.send(
        MasterMessage.newBuilder().setEnded(SessionEnded.newBuilder().setReason(reason)).build());
    end(session, true);
  }

  /** The end of the stream tells a client that closes that it was heard. */
  private void end(ClientSession session, boolean expired) {
    sessions.remove(session.id());
    session.complete();
    session.end();
    journal.propose(
        JournalEntry.newBuilder()
            .setSessionEnd(SessionEnd.newBuilder().setSessionId(session.id()).setExpired(expired)),
        applied -> {
          if (applied instanceof Applied.Refused refused) {
            LOG.warn("The end of {} was refused: {}", session, refused.reason());
          }
        });
  }

  /** Ends the sessions that were not heard for too long. */
  void tick(long nowNs) {
    long expiryNs = TimeUnit.MILLISECONDS.toNanos(bounds.expiryMs());
    List<ClientSession> silent =
        sessions.values().stream().filter(each -> each.silentNs(nowNs) > expiryNs).toList();
    for (ClientSession session : silent) {
      expire(session);
    }
  }

  void forgive(long pausedNs) {
    sessions.values().forEach(session -> session.forgive(pausedNs));
  }
}
