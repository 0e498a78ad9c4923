package org.distrifs.master.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.distrifs.master.state.StateDriver.CHUNK_SIZE;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.distrifs.master.chunk.ChunkInfo;
import org.distrifs.master.chunk.PendingCut;
import org.distrifs.master.state.ModelFileSystem.Chunk;
import org.distrifs.master.state.ModelFileSystem.Node;
import org.distrifs.proto.control.AllocateChunk;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.Commit;
import org.distrifs.proto.control.DirectoryEntry;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.journal.JournalEntry;
import org.distrifs.runtime.clock.Seeds;
import org.junit.jupiter.api.RepeatedTest;

/**
 * Thousands of random operations of several sessions. Each is compared with the model, and some are
 * sent again, as after a lost answer. At the end the journal is replayed.
 */
class MasterStateModelTest {

  private static final int OPERATIONS = 4000;
  private static final int SLOTS = 4;
  private static final long[] SESSIONS = {StateDriver.SESSION, StateDriver.OTHER_SESSION};

  private final Random random = new Random(Seeds.fromPropertyOrFresh());
  private final StateDriver driver = new StateDriver();
  private final ModelFileSystem model = new ModelFileSystem(CHUNK_SIZE);
  private final List<Node> everMade = new ArrayList<>(List.of(model.root));
  private long number;
  private int succeeded;

  private record Expected(int errno, Runnable onSuccess) {
    Expected(int errno) {
      this(errno, () -> {});
    }
  }

  private OperationReply lastReply;

  @RepeatedTest(3)
  void agreesWithTheModelOnEveryOperationAndAfterAReplay() {
    for (int i = 0; i < OPERATIONS; i++) {
      step();
      if (i % 200 == 0) {
        compareEverything();
      }
    }
    compareEverything();
    assertThat(succeeded).as("operations that had an effect").isGreaterThan(OPERATIONS / 4);

    MasterState replayed = new MasterState();
    long txid = 0;
    for (JournalEntry entry : driver.journal()) {
      replayed.apply(++txid, entry);
    }
    assertThat(replayed.stateDigest()).isEqualTo(driver.state().stateDigest());
    assertThat(replayed.counts()).isEqualTo(driver.state().counts());
  }

  private void step() {
    Node directory = random.nextInt(10) == 0 ? anyNode() : anyDirectory();
    String name = anyNameIn(directory);
    switch (random.nextInt(15)) {
      case 0, 1, 2 -> make(StateDriver.create(directory.id, name), directory, name, false);
      case 3, 4 -> make(StateDriver.makeDirectory(directory.id, name), directory, name, true);
      case 5 -> {
        Node node = anyNode();
        run(
            StateDriver.link(node.id, directory.id, name),
            new Expected(model.link(node, directory, name)));
      }
      case 6 ->
          run(StateDriver.unlink(directory.id, name), new Expected(model.unlink(directory, name)));
      case 7 ->
          run(
              StateDriver.removeDirectory(directory.id, name),
              new Expected(model.removeDirectory(directory, name)));
      case 8, 9 -> {
        Node to = random.nextInt(10) == 0 ? anyNode() : anyDirectory();
        String newName = anyNameIn(to);
        int flags = random.nextInt(3);
        run(
            StateDriver.rename(directory.id, name, to.id, newName, flags),
            new Expected(model.rename(directory, name, to, newName, flags)));
      }
      case 10 -> {
        Node node = anyNode();
        long size = anySize();
        run(StateDriver.truncate(node.id, size), new Expected(model.truncate(node, size)));
      }
      case 11 -> allocate(anyNode());
      case 12 -> commit(anyNode());
      case 13 -> makeUnnamed(directory);
      default -> occasionally();
    }
  }

  private void make(Operation.Builder operation, Node directory, String name, boolean isDirectory) {
    int errno = model.canMake(directory, name);
    run(
        operation,
        new Expected(
            errno,
            () -> {
              long id = lastReply.getAttributes().getInode();
              assertThat(model.nodes).as("inode ids are never used again").doesNotContainKey(id);
              everMade.add(model.made(directory, name, id, isDirectory, !isDirectory));
            }));
  }

  private void makeUnnamed(Node directory) {
    boolean exclusive = random.nextBoolean();
    run(
        StateDriver.createUnnamed(directory.id, exclusive, false),
        new Expected(
            model.canMakeUnnamed(directory),
            () ->
                everMade.add(model.madeUnnamed(lastReply.getAttributes().getInode(), exclusive))));
  }

  private void allocate(Node node) {
    long session = anySession();
    long index = random.nextInt(4);
    int errno = node.isDirectory ? Errno.EISDIR.code() : 0;
    Operation.Builder operation =
        Operation.newBuilder()
            .setAllocateChunk(
                AllocateChunk.newBuilder()
                    .setInode(node.id)
                    .setIndex(index)
                    .setTruncateEpoch(node.epoch));
    runAs(
        session,
        operation,
        new Expected(
            errno,
            () -> {
              long id = lastReply.getChunks(0).getChunkId();
              Chunk chunk = node.chunks.computeIfAbsent(index, any -> new Chunk(id));
              assertThat(chunk.id).isEqualTo(id);
              assertThat(lastReply.getChunks(0).getFresh()).isEqualTo(chunk.fresh);
              if (chunk.fresh) {
                chunk.holders.add(session);
              }
            }));
  }

  private void commit(Node node) {
    long session = anySession();
    long index = random.nextInt(4);
    long size = anySize();
    long epoch = node.epoch - (node.epoch > 0 && random.nextInt(4) == 0 ? 1 : 0);
    Commit.Builder commit =
        Commit.newBuilder().setInode(node.id).setTruncateEpoch(epoch).setSize(size);
    Chunk chunk = node.chunks.get(index);
    if (chunk != null) {
      commit.addWrittenChunks(chunk.id);
    }
    runAs(
        session,
        Operation.newBuilder().setCommit(commit),
        new Expected(model.commit(node, session, epoch, size, index)));
  }

  private void occasionally() {
    if (random.nextInt(10) == 0) {
      long session = anySession();
      driver.endSession(session);
      model.sessionEnded(session);
      driver.startSession(session);
    } else {
      finishACut();
    }
  }

  private void finishACut() {
    List<PendingCut> cuts = driver.state().pendingCuts();
    if (cuts.isEmpty()) {
      return;
    }
    PendingCut cut = cuts.get(random.nextInt(cuts.size()));
    ChunkInfo chunk = driver.state().chunk(cut.chunkId()).orElseThrow();
    int version = chunk.reservedVersion() + 1 + random.nextInt(2);
    assertThat(driver.reserve(chunk.id(), version)).isEqualTo(new Applied.Accepted());
    assertThat(driver.commitChange(chunk.id(), version, cut.inode(), cut.truncateEpoch(), 2, 1, 3))
        .isEqualTo(new Applied.Accepted());
    model.nodes.get(cut.inode()).cutPending = false;
  }

  private void run(Operation.Builder operation, Expected expected) {
    runAs(anySession(), operation, expected);
  }

  private void runAs(long session, Operation.Builder operation, Expected expected) {
    int slot = random.nextInt(SLOTS);
    number += 1 + random.nextInt(3);
    Applied applied = driver.mutate(session, slot, number, operation);
    if (expected.errno() == ModelFileSystem.MUST_WAIT) {
      assertThat(applied).isInstanceOf(Applied.MustWait.class);
      assertThat(driver.state().remembered(session, slot, number)).isEmpty();
      return;
    }
    assertThat(applied).as("%s", operation).isInstanceOf(Applied.Replied.class);
    lastReply = ((Applied.Replied) applied).reply();
    assertThat(lastReply.getErrno()).as("%s", operation).isEqualTo(expected.errno());
    if (expected.errno() == 0) {
      succeeded++;
      expected.onSuccess().run();
    }
    if (random.nextInt(8) == 0) {
      sendAgain(session, slot, operation, applied);
    }
  }

  /**
   * Sends a mutation again, as after a lost answer. The same number gets the same answer, and a
   * lower one is refused.
   */
  private void sendAgain(long session, int slot, Operation.Builder operation, Applied applied) {
    StateCounts counts = driver.state().counts();
    assertThat(driver.state().remembered(session, slot, number))
        .contains((Applied.Replied) applied);
    assertThat(driver.mutate(session, slot, number, operation)).isEqualTo(applied);
    Applied lower = driver.mutate(session, slot, number - 1, operation);
    assertThat(((Applied.Replied) lower).reply().getErrno()).isEqualTo(Errno.EINVAL.code());
    assertThat(driver.state().counts()).isEqualTo(counts);
  }

  private void compareEverything() {
    for (Node node : model.nodes.values()) {
      Attributes attributes = driver.attributes(node.id);
      assertThat(attributes.getNlink()).as("links of %d", node.id).isEqualTo(node.nlink);
      if (node.isDirectory) {
        compareListing(node);
      } else {
        compareFile(node, attributes);
      }
    }
    assertThat(driver.state().counts().inodes()).isEqualTo(model.nodes.size());
    long orphans = model.nodes.values().stream().filter(node -> node.nlink == 0).count();
    assertThat(driver.state().counts().orphans()).isEqualTo(orphans);
  }

  private void compareListing(Node node) {
    List<String> expected =
        node.entries.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue().id).toList();
    List<String> listed = new ArrayList<>();
    long cookie = 0;
    boolean end = node.nlink == 0;
    while (!end) {
      OperationReply page = driver.read(StateDriver.list(node.id, cookie, 3));
      assertThat(page.getParent().getInode()).isEqualTo(node.parent.id);
      for (DirectoryEntry entry : page.getEntriesList()) {
        listed.add(entry.getName().toStringUtf8() + "=" + entry.getAttributes().getInode());
        cookie = entry.getCookie();
      }
      end = page.getEndOfDirectory();
    }
    assertThat(listed).isEqualTo(expected);
    node.entries.forEach(
        (name, child) -> assertThat(driver.lookup(node.id, name)).isEqualTo(child.id));
  }

  private void compareFile(Node node, Attributes attributes) {
    assertThat(attributes.getSize()).isEqualTo(node.size);
    assertThat(attributes.getTruncateEpoch()).isEqualTo(node.epoch);
    assertThat(attributes.getChunkCount()).isEqualTo(node.chunks.size());
    assertThat(driver.state().pendingCut(node.id).isPresent()).isEqualTo(node.cutPending);
    List<String> expected = new ArrayList<>();
    node.chunks.forEach((index, chunk) -> expected.add(index + ":" + chunk.id + chunk.fresh));
    assertThat(driver.state().chunksOf(node.id, 0, 100))
        .extracting(chunk -> chunk.index() + ":" + chunk.id() + chunk.fresh())
        .isEqualTo(expected);
    assertThat(driver.state().pathOf(node.id).isPresent()).isEqualTo(node.nlink > 0);
    driver
        .state()
        .pathOf(node.id)
        .ifPresent(path -> assertThat(driver.state().inodeAt(path)).contains(node.id));
  }

  /** Draws a node, recent ones more often, because most old ones are orphans. */
  private Node anyNode() {
    int from = random.nextInt(4) == 0 ? 0 : Math.max(0, everMade.size() - 20);
    return random.nextInt(6) == 0
        ? model.root
        : everMade.get(from + random.nextInt(everMade.size() - from));
  }

  private Node anyDirectory() {
    Node node = anyNode();
    for (int tries = 0; tries < 20 && !(node.isDirectory && node.nlink > 0); tries++) {
      node = anyNode();
    }
    return node;
  }

  private String anyNameIn(Node directory) {
    if (directory.entries.isEmpty() || random.nextBoolean()) {
      return "n" + random.nextInt(8);
    }
    List<String> names = List.copyOf(directory.entries.keySet());
    return names.get(random.nextInt(names.size()));
  }

  private long anySession() {
    return SESSIONS[random.nextInt(SESSIONS.length)];
  }

  private long anySize() {
    long chunks = random.nextInt(4) * CHUNK_SIZE;
    return random.nextInt(3) == 0 ? chunks : chunks + random.nextInt((int) CHUNK_SIZE);
  }
}
