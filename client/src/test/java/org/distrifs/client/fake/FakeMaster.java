package org.distrifs.client.fake;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.distrifs.proto.control.AllocateChunk;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.BlockChanges;
import org.distrifs.proto.control.ChunkLocation;
import org.distrifs.proto.control.Commit;
import org.distrifs.proto.control.Create;
import org.distrifs.proto.control.CreateUnnamed;
import org.distrifs.proto.control.DirectoryEntry;
import org.distrifs.proto.control.GetAttributes;
import org.distrifs.proto.control.GetChains;
import org.distrifs.proto.control.Lookup;
import org.distrifs.proto.control.Member;
import org.distrifs.proto.control.Operation;
import org.distrifs.proto.control.OperationReply;
import org.distrifs.proto.control.SetAttributes;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.frame.Status;
import org.distrifs.proto.range.BlockRanges;

/** The namespace of a master in memory, without its streams. Not thread-safe. */
final class FakeMaster {
  private static final class Inode {
    final long number;
    int mode;
    long size;
    long counter = 1;
    long epoch;
    int nlink = 1;
    long mtimeS;
    BlockRanges allocated = BlockRanges.NONE;
    BlockRanges written = BlockRanges.NONE;
    final TreeMap<Long, FakeChunk> chunks = new TreeMap<>();
    final TreeMap<String, Long> names = new TreeMap<>();

    Inode(long number, int mode) {
      this.number = number;
      this.mode = mode;
    }
  }

  private record FakeChunk(long id, long index, long freshFor) {}

  private final FakeDatanodes datanodes;
  private final long chunkBytes;
  private final Map<Long, Inode> inodes = new HashMap<>();
  private long nextInode = 2;
  private long nextChunk = 1;
  private long txid;
  private boolean commitsSetAttributes = true;
  private final TreeSet<Long> released = new TreeSet<>();

  /** By chunk that is no longer fresh: its inode. The thread of the datanodes reads this map. */
  private final Map<Long, Long> sharedChunks = new ConcurrentHashMap<>();

  private record Intent(long sessionId, long inode) {}

  private final Map<Intent, Long> intents = new ConcurrentHashMap<>();

  FakeMaster(FakeDatanodes datanodes, long chunkBytes) {
    this.datanodes = datanodes;
    this.chunkBytes = chunkBytes;
    datanodes.setPermission(this::permitsWrite);
    inodes.put(1L, new Inode(1, 0x4000 | 0755));
  }

  /** Truncates a file as another mount would, for tests of close-to-open consistency. */
  void truncateByAnother(long inode, long size) {
    setAttributes(SetAttributes.newBuilder().setInode(inode).setSize(size).build());
  }

  /** Punches blocks as another mount would. */
  void punchByAnother(long inode, BlockRanges blocks) {
    Inode punched = inodes.get(inode);
    punched.allocated = punched.allocated.minus(blocks);
    punched.written = punched.written.minus(blocks);
    punched.counter++;
  }

  int chunksOf(long inode) {
    return inodes.get(inode).chunks.size();
  }

  TreeSet<Long> released() {
    return released;
  }

  /** Whether the master knows that this session may write to this chunk. */
  boolean permitsWrite(long sessionId, long chunkId) {
    Long inode = sharedChunks.get(chunkId);
    return inode == null || intents.containsKey(new Intent(sessionId, inode));
  }

  int intents() {
    return intents.size();
  }

  /** As a master does that knows nothing of attributes in commits, or refuses the change. */
  void leaveAttributesOfCommits() {
    commitsSetAttributes = false;
  }

  OperationReply apply(long sessionId, Operation operation) {
    return switch (operation.getKindCase()) {
      case LOOKUP -> lookup(operation.getLookup());
      case GET_ATTRIBUTES -> attributes(sessionId, operation.getGetAttributes());
      case CREATE -> create(sessionId, operation.getCreate());
      case CREATE_UNNAMED -> createUnnamed(sessionId, operation.getCreateUnnamed());
      case ALLOCATE_CHUNK -> allocate(sessionId, operation.getAllocateChunk());
      case COMMIT -> commit(sessionId, operation.getCommit());
      // No other session can have the lease.
      case ACQUIRE_APPEND -> reply(inodes.get(operation.getAcquireAppend().getInode()));
      case RELEASE_APPEND -> OperationReply.getDefaultInstance();
      case SET_ATTRIBUTES -> setAttributes(operation.getSetAttributes());
      case GET_CHAINS -> chains(sessionId, operation.getGetChains());
      case REPORT_FAILURE -> reportFailure(operation);
      case UNLINK -> unlink(operation.getUnlink().getParent(), operation.getUnlink().getName());
      case READ_DIRECTORY -> readDirectory(operation.getReadDirectory().getInode());
      case RENAME -> rename(operation);
      default -> refuse(Errno.ENOSYS).build();
    };
  }

  private static OperationReply.Builder refuse(Errno errno) {
    return OperationReply.newBuilder().setErrno(errno.code());
  }

  private OperationReply reply(Inode inode) {
    return inode == null
        ? refuse(Errno.ESTALE).build()
        : OperationReply.newBuilder().setAttributes(attributes(inode)).build();
  }

  private Attributes attributes(Inode inode) {
    return Attributes.newBuilder()
        .setInode(inode.number)
        .setMode(inode.mode)
        .setNlink(inode.nlink)
        .setSize(inode.size)
        .setMtimeS(inode.mtimeS)
        .setChangeCounter(inode.counter)
        .setTruncateEpoch(inode.epoch)
        .setChunkSizeBytes(chunkBytes)
        .setChunkCount(inode.chunks.size())
        .setAllocatedBlocks(inode.allocated.blocks())
        .build();
  }

  private OperationReply lookup(Lookup lookup) {
    Inode parent = inodes.get(lookup.getParent());
    Long found = parent.names.get(lookup.getName().toStringUtf8());
    if (found == null) {
      return refuse(Errno.ENOENT).setParent(attributes(parent)).build();
    }
    return OperationReply.newBuilder()
        .setAttributes(attributes(inodes.get(found)))
        .setParent(attributes(parent))
        .build();
  }

  private OperationReply create(long sessionId, Create create) {
    Inode parent = inodes.get(create.getParent());
    String name = create.getName().toStringUtf8();
    Long found = parent.names.get(name);
    if (found != null) {
      return create.getExclusive()
          ? refuse(Errno.EEXIST).build()
          : OperationReply.newBuilder()
              .setAttributes(attributes(inodes.get(found)))
              .setParent(attributes(parent))
              .build();
    }
    Inode made = new Inode(nextInode++, create.getMode());
    inodes.put(made.number, made);
    parent.names.put(name, made.number);
    parent.counter++;
    OperationReply.Builder reply =
        OperationReply.newBuilder()
            .setTxid(++txid)
            .setAttributes(attributes(made))
            .setParent(attributes(parent));
    if (create.getWithFirstChunk()) {
      reply.addChunks(location(freshChunk(sessionId, made, 0)));
    }
    return reply.build();
  }

  private OperationReply createUnnamed(long sessionId, CreateUnnamed create) {
    Inode made = new Inode(nextInode++, 0x8000 | create.getMode());
    made.nlink = 0;
    inodes.put(made.number, made);
    return OperationReply.newBuilder()
        .setTxid(++txid)
        .setAttributes(attributes(made))
        .setParent(attributes(inodes.get(create.getParent())))
        .addChunks(location(freshChunk(sessionId, made, 0)))
        .build();
  }

  private FakeChunk freshChunk(long sessionId, Inode inode, long index) {
    FakeChunk chunk = new FakeChunk(nextChunk++, index, sessionId);
    inode.chunks.put(index, chunk);
    return chunk;
  }

  private ChunkLocation location(FakeChunk chunk) {
    ChunkLocation.Builder location =
        ChunkLocation.newBuilder()
            .setIndex(chunk.index())
            .setChunkId(chunk.id())
            .setVersion(datanodes.version(chunk.id()))
            .setLossyVersion(datanodes.lossyVersion(chunk.id()))
            .setFresh(chunk.freshFor() != 0)
            .setWritable(datanodes.areChainsWritable());
    for (int i = 0; i < FakeDatanodes.NODES; i++) {
      int nodeId = 1 + (int) ((chunk.id() + i) % FakeDatanodes.NODES);
      if (datanodes.isOutOfChains(nodeId)) {
        continue;
      }
      location.addMembers(
          Member.newBuilder()
              .setNodeId(nodeId)
              .setIncarnation(datanodes.incarnation(nodeId))
              .setHost(FakeDatanodes.address(nodeId).host())
              .setPort(FakeDatanodes.address(nodeId).port())
              .setAlive(true));
    }
    return location.build();
  }

  private OperationReply allocate(long sessionId, AllocateChunk allocate) {
    Inode inode = inodes.get(allocate.getInode());
    if (inode == null || inode.epoch != allocate.getTruncateEpoch()) {
      return refuse(Errno.ESTALE).build();
    }
    FakeChunk known = inode.chunks.get(allocate.getIndex());
    if (known != null && known.freshFor() != 0 && known.freshFor() != sessionId) {
      return refuse(Errno.EBUSY).build();
    }
    FakeChunk chunk = known != null ? known : freshChunk(sessionId, inode, allocate.getIndex());
    if (chunk.freshFor() == 0) {
      intents.merge(new Intent(sessionId, inode.number), allocate.getIntentNumber(), Math::max);
    }
    return OperationReply.newBuilder()
        .setTxid(++txid)
        .setAttributes(attributes(inode))
        .addChunks(location(chunk))
        .build();
  }

  private OperationReply commit(long sessionId, Commit commit) {
    Intent intent = new Intent(sessionId, commit.getInode());
    switch (commit.getIntent()) {
      case BEGIN -> intents.merge(intent, commit.getIntentNumber(), Math::max);
      case END, ABANDON ->
          intents.computeIfPresent(
              intent, (any, number) -> number > commit.getIntentNumber() ? number : null);
      default -> {}
    }
    Inode inode = inodes.get(commit.getInode());
    if (inode == null) {
      return refuse(Errno.ESTALE).build();
    }
    boolean current = commit.getTruncateEpoch() == inode.epoch;
    Set<Long> attached =
        inode.chunks.values().stream().map(FakeChunk::id).collect(Collectors.toSet());
    if (current && !attached.containsAll(commit.getWrittenChunksList())) {
      return refuse(Errno.EIO).build();
    }
    for (FakeChunk chunk : List.copyOf(inode.chunks.values())) {
      if (commit.getWrittenChunksList().contains(chunk.id())) {
        if (chunk.freshFor() != 0 && chunk.freshFor() != sessionId) {
          datanodes.violated("a chunk was committed that is not the session's: " + chunk);
        }
        inode.chunks.put(chunk.index(), new FakeChunk(chunk.id(), chunk.index(), 0));
        sharedChunks.put(chunk.id(), inode.number);
      }
      if (commit.getReleasedChunksList().contains(chunk.id())) {
        inode.chunks.remove(chunk.index());
        released.add(chunk.id());
      }
    }
    if (commit.getModified()) {
      if (current) {
        inode.size = Math.max(inode.size, commit.getSize());
        BlockChanges blocks = commit.getBlocks();
        BlockRanges punched = BlockRanges.of(blocks.getPunchedList());
        inode.written = inode.written.plus(BlockRanges.of(blocks.getWrittenList())).minus(punched);
        inode.allocated =
            inode
                .allocated
                .minus(punched)
                .plus(inode.written)
                .plus(BlockRanges.of(blocks.getReservedList()));
      }
      inode.counter++;
    }
    if (commit.hasAttributes() && commitsSetAttributes) {
      set(inode, commit.getAttributes());
    }
    return OperationReply.newBuilder()
        .setTxid(++txid)
        .setAttributes(attributes(inode))
        .setAttributesSet(commit.hasAttributes() && commitsSetAttributes)
        .build();
  }

  private OperationReply setAttributes(SetAttributes change) {
    Inode inode = inodes.get(change.getInode());
    if (inode == null) {
      return refuse(Errno.ESTALE).build();
    }
    inode.counter++;
    if (change.hasSize()) {
      if (change.getSize() < inode.size) {
        inode.epoch++;
        cut(inode, change.getSize());
      }
      if (change.getSize() <= inode.size) {
        inode.allocated = inode.allocated.below(BlockRanges.count(change.getSize()));
        inode.written = inode.written.below(BlockRanges.count(change.getSize()));
      }
      inode.size = change.getSize();
    }
    set(inode, change);
    return OperationReply.newBuilder().setTxid(++txid).setAttributes(attributes(inode)).build();
  }

  private static void set(Inode inode, SetAttributes change) {
    if (change.hasMtime()) {
      inode.mtimeS = change.getMtime().getSeconds();
    }
    if (change.hasMode()) {
      inode.mode = inode.mode & 0xF000 | change.getMode();
    }
  }

  private void cut(Inode inode, long size) {
    long boundary = size / chunkBytes;
    int kept = (int) (size % chunkBytes);
    inode.chunks.tailMap(kept == 0 ? boundary : boundary + 1, true).clear();
    FakeChunk cut = inode.chunks.get(boundary);
    if (cut != null) {
      datanodes.cut(cut.id(), kept);
    }
  }

  private OperationReply attributes(long sessionId, GetAttributes question) {
    OperationReply reply = reply(inodes.get(question.getInode()));
    if (question.getFirstChunks() == 0 || reply.getErrno() != 0) {
      return reply;
    }
    GetChains first =
        GetChains.newBuilder()
            .setInode(question.getInode())
            .setCount(question.getFirstChunks())
            .build();
    return reply.toBuilder().addAllChunks(chains(sessionId, first).getChunksList()).build();
  }

  private OperationReply chains(long sessionId, GetChains question) {
    Inode inode = inodes.get(question.getInode());
    if (inode == null) {
      return refuse(Errno.ESTALE).build();
    }
    OperationReply.Builder reply = OperationReply.newBuilder();
    long first = question.getFirstIndex();
    if (question.getSkipHoles()) {
      reply.setEndOfChunks(true).setSparse(true).addAllWritten(inode.written.toMessage());
    }
    for (FakeChunk chunk : inode.chunks.tailMap(first, true).values()) {
      if (!question.getSkipHoles() && chunk.index() - first >= question.getCount()) {
        break;
      }
      if (reply.getChunksCount() == question.getCount()) {
        return reply.setEndOfChunks(false).build();
      }
      if (chunk.freshFor() == 0 || chunk.freshFor() == sessionId) {
        reply.addChunks(location(chunk));
      }
    }
    return reply.build();
  }

  private OperationReply reportFailure(Operation operation) {
    datanodes.reported(operation.getReportFailure());
    if (operation.getReportFailure().getStatus() == Status.NO_SPACE.code()) {
      // Every datanode is a member of every chain, so none can take the place of a full one.
      return refuse(Errno.ENOSPC).build();
    }
    Inode inode = inodes.get(operation.getReportFailure().getInode());
    OperationReply.Builder reply = OperationReply.newBuilder();
    for (FakeChunk chunk : inode.chunks.values()) {
      if (chunk.id() == operation.getReportFailure().getChunkId()) {
        reply.addChunks(location(chunk));
      }
    }
    return reply.build();
  }

  private OperationReply unlink(long parentInode, ByteString name) {
    Inode parent = inodes.get(parentInode);
    Long found = parent.names.remove(name.toStringUtf8());
    if (found == null) {
      return refuse(Errno.ENOENT).setParent(attributes(parent)).build();
    }
    parent.counter++;
    Inode gone = inodes.remove(found);
    gone.nlink--;
    gone.counter++;
    return OperationReply.newBuilder()
        .setTxid(++txid)
        .setAttributes(attributes(gone))
        .setParent(attributes(parent))
        .build();
  }

  private OperationReply rename(Operation operation) {
    Inode parent = inodes.get(operation.getRename().getParent());
    Long moved = parent.names.remove(operation.getRename().getName().toStringUtf8());
    if (moved == null) {
      return refuse(Errno.ENOENT).setParent(attributes(parent)).build();
    }
    parent.names.put(operation.getRename().getNewName().toStringUtf8(), moved);
    parent.counter++;
    inodes.get(moved).counter++;
    return OperationReply.newBuilder()
        .setTxid(++txid)
        .setAttributes(attributes(inodes.get(moved)))
        .setParent(attributes(parent))
        .build();
  }

  private OperationReply readDirectory(long number) {
    Inode directory = inodes.get(number);
    List<DirectoryEntry> entries = new ArrayList<>();
    directory.names.forEach(
        (name, inode) ->
            entries.add(
                DirectoryEntry.newBuilder()
                    .setName(ByteString.copyFromUtf8(name))
                    .setCookie(entries.size() + 1)
                    .setAttributes(attributes(inodes.get(inode)))
                    .build()));
    return OperationReply.newBuilder()
        .setAttributes(attributes(directory))
        .addAllEntries(entries)
        .setEndOfDirectory(true)
        .build();
  }
}
