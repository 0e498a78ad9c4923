package org.distrifs.master.service;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.distrifs.master.state.MasterState;
import org.distrifs.proto.control.KeepAlive;
import org.distrifs.proto.control.KeepAliveReply;
import org.distrifs.proto.journal.JournalEntry;
import org.distrifs.proto.journal.OrphansPurged;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the sessions which files without a name they hold open, and purges those that nobody does.
 * One question at a time, each about some of the files, put to every session there is: one that
 * does not answer either comes back or expires.
 */
final class OrphanQuestions {

  /** Inodes of one question at most: as many go in the time between two signs of life. */
  private static final int MAX_ASKED = 16_384;

  /** Inodes of one entry at most, so that operations need not wait for all of them. */
  private static final int MAX_PURGED = 1024;

  /** After a question that purged nothing, so that held files do not fill every keep-alive. */
  private static final long PAUSE_NS = TimeUnit.SECONDS.toNanos(10);

  private static final int TERM_SHIFT = 32;

  private static final Logger LOG = LoggerFactory.getLogger(OrphanQuestions.class);

  private final MasterState state;
  private final JournalPipeline journal;
  private final SessionTable sessions;

  private int asks;

  /** Number of the question under way, 0 if there is none. */
  private long question;

  private List<Long> asked = List.of();
  private final Set<Long> unanswered = new HashSet<>();
  private final Set<Long> held = new HashSet<>();
  private long after;
  private long notBeforeNs;
  private boolean paused;
  private long purged;

  OrphanQuestions(MasterState state, JournalPipeline journal, SessionTable sessions) {
    this.state = state;
    this.journal = journal;
    this.sessions = sessions;
  }

  /** Whether files without a name are there that nobody has been found to hold open. */
  boolean mayPurgeSome() {
    return state.counts().orphans() > 0 && !paused;
  }

  /** Inodes that were purged since the start. */
  long purged() {
    return purged;
  }

  /** Takes what a session answers with its sign of life. */
  void answered(ClientSession session, KeepAlive keepAlive) {
    if (question != 0
        && keepAlive.getOrphansQuestion() == question
        && unanswered.remove(session.id())) {
      held.addAll(keepAlive.getHeldOrphansList());
    }
  }

  /** Puts the question to a session that has not answered it. */
  void ask(ClientSession session, KeepAliveReply.Builder reply) {
    if (question != 0 && unanswered.contains(session.id())) {
      reply.setOrphansQuestion(question).addAllOrphans(asked);
    }
  }

  /** Ends a question that all have answered, and begins the next. */
  void tick(long nowNs) {
    if (question != 0) {
      unanswered.removeIf(session -> !sessions.isOpen(session));
      if (unanswered.isEmpty()) {
        end(nowNs);
      }
    } else if (!paused || nowNs - notBeforeNs >= 0) {
      begin();
    }
  }

  private void begin() {
    paused = false;
    asked = state.orphansAfter(after, MAX_ASKED);
    if (asked.isEmpty()) {
      after = 0;
      return;
    }
    after = asked.get(asked.size() - 1);
    question = state.term() << TERM_SHIFT | ++asks;
    held.clear();
    sessions.all().forEach(session -> unanswered.add(session.id()));
  }

  private void end(long nowNs) {
    question = 0;
    List<Long> unheld = asked.stream().filter(inode -> !held.contains(inode)).toList();
    if (unheld.isEmpty()) {
      paused = true;
      notBeforeNs = nowNs + PAUSE_NS;
      return;
    }
    LOG.debug(
        "{} inodes without a name are purged, of {} asked about", unheld.size(), asked.size());
    for (int at = 0; at < unheld.size(); at += MAX_PURGED) {
      List<Long> next = unheld.subList(at, Math.min(at + MAX_PURGED, unheld.size()));
      journal.propose(
          JournalEntry.newBuilder().setOrphansPurged(OrphansPurged.newBuilder().addAllInodes(next)),
          applied -> purged += next.size());
    }
  }
}
