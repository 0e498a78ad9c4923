package org.distrifs.master.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.distrifs.master.journal.ReplicatedLog;
import org.distrifs.master.state.MasterState;
import org.distrifs.proto.journal.JournalEntry;
import org.distrifs.proto.journal.StartTerm;
import org.distrifs.runtime.clock.ManualClock;
import org.distrifs.runtime.metrics.Metrics;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whether the log's thread applies what it made durable, or goes on with the next sync. */
class JournalPipelineTest {

  private final Metrics metrics = new Metrics("master");
  private final List<Runnable> handed = new ArrayList<>();
  private final List<Runnable> left = new ArrayList<>();
  private final HeldLog log = new HeldLog();
  private final JournalPipeline journal =
      new JournalPipeline(
          new MasterState(),
          new ManualClock(1),
          new ServiceMetrics(metrics),
          entry -> {},
          term -> {});

  @BeforeEach
  void start() {
    journal.use(log);
    journal.handTo(new NotedLoop());
  }

  @AfterEach
  void close() {
    metrics.close();
  }

  @Test
  void theLastGroupThatWaitsIsHandedOverToBeAppliedThereAndThen() {
    propose(2);
    log.commit(2);
    assertThat(handed).hasSize(1);
    assertThat(left).isEmpty();
  }

  @Test
  void aGroupBehindWhichOthersWaitForTheirSyncIsLeftToTheLoop() {
    propose(2);
    propose(1);
    log.commit(2);
    assertThat(left).hasSize(1);
    assertThat(handed).isEmpty();

    log.commit(1);
    assertThat(left).hasSize(1);
    assertThat(handed).hasSize(1);
  }

  @Test
  void whatAFullLogDidNotTakeIsNotWaitedFor() {
    propose(1);
    log.full = true;
    propose(1);
    log.commit(1);
    assertThat(handed).hasSize(1);

    log.full = false;
    journal.flush();
    log.commit(1);
    assertThat(handed).hasSize(2);
    assertThat(left).isEmpty();
  }

  @Test
  void entriesOfTheLogItselfCountForNothing() {
    propose(1);
    journal.apply(List.of(new ReplicatedLog.Committed(1, JournalEntry.getDefaultInstance(), null)));
    assertThat(left).hasSize(1);
    log.commit(1);
    assertThat(handed).hasSize(1);
  }

  private void propose(int entries) {
    for (int i = 0; i < entries; i++) {
      journal.propose(
          JournalEntry.newBuilder().setStartTerm(StartTerm.newBuilder().setTerm(1)), applied -> {});
    }
    journal.flush();
  }

  /** Keeps what is proposed until it is told to give it back. */
  private final class HeldLog implements ReplicatedLog {
    private final List<Proposal> held = new ArrayList<>();
    private long txid;
    private boolean full;

    void commit(int count) {
      List<Committed> group = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        Proposal proposal = held.remove(0);
        group.add(new Committed(++txid, proposal.entry(), proposal));
      }
      journal.apply(group);
    }

    @Override
    public void start(Listener listener) {}

    @Override
    public boolean propose(List<? extends Proposal> proposals) {
      return !full && held.addAll(proposals);
    }

    @Override
    public void readFence(Runnable whenCurrent) {
      whenCurrent.run();
    }

    @Override
    public void close() {}
  }

  /** Notes tasks, and runs none. */
  private final class NotedLoop implements MasterLoop {
    @Override
    public void start() {}

    @Override
    public boolean offer(Runnable task) {
      throw new AssertionError("what is durable must not be refused");
    }

    @Override
    public void hand(Runnable task) {
      handed.add(task);
    }

    @Override
    public void leave(Runnable task) {
      left.add(task);
    }

    @Override
    public int queued() {
      return 0;
    }

    @Override
    public void close() {}
  }
}
