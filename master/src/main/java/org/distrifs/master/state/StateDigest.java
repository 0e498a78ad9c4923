package org.distrifs.master.state;

import java.util.Arrays;
import java.util.Objects;
import org.distrifs.master.chunk.ChunkMap;
import org.distrifs.master.namespace.FileMode;
import org.distrifs.master.namespace.InodeTable;
import org.distrifs.master.namespace.Namespace;
import org.distrifs.master.session.Session;

/**
 * A number that equal states share and different ones, as good as certainly, do not. Records are
 * hashed one by one and added up, so that it does not matter where in a table they lie.
 */
final class StateDigest {

  private long sum;

  static long of(Namespace namespace, FileChunks chunks, Iterable<Session> sessions, Nodes nodes) {
    StateDigest digest = new StateDigest();
    digest.addNamespace(namespace);
    digest.addChunks(chunks, namespace.inodes());
    sessions.forEach(digest::addSession);
    digest.add(6, nodes.digest());
    return digest.sum;
  }

  private void addNamespace(Namespace namespace) {
    InodeTable inodes = namespace.inodes();
    inodes.forEach(inode -> addInode(namespace, inode));
    namespace.forEachEntry(
        (directory, name, cookie, inode) ->
            add(2, inodes.id(directory), Arrays.hashCode(name), cookie, inodes.id(inode)));
    add(3, namespace.nextNumbersDigest(), namespace.directories(), namespace.orphans());
  }

  private void addInode(Namespace namespace, int inode) {
    InodeTable inodes = namespace.inodes();
    boolean isSymlink = FileMode.isSymlink(inodes.mode(inode));
    add(
        1,
        inodes.id(inode),
        inodes.mode(inode),
        inodes.chunkSizeExponent(inode),
        inodes.awaitsName(inode) ? 1 : 0,
        inodes.nlink(inode),
        inodes.uid(inode),
        inodes.gid(inode),
        inodes.size(inode),
        inodes.atime(inode),
        inodes.mtime(inode),
        inodes.ctime(inode),
        inodes.btime(inode),
        inodes.flags(inode),
        inodes.changeCounter(inode),
        inodes.truncateEpoch(inode),
        isSymlink ? Arrays.hashCode(namespace.target(inode)) : inodes.payload(inode),
        namespace.extendedAttributes().digest(inode),
        Objects.hashCode(namespace.sparseFiles().find(inode)));
  }

  private void addChunks(FileChunks chunks, InodeTable inodes) {
    ChunkMap map = chunks.map();
    map.forEach(
        chunk ->
            add(
                4,
                map.id(chunk),
                map.version(chunk),
                map.reservedVersion(chunk),
                map.file(chunk) == 0 ? 0 : inodes.id(map.file(chunk)),
                map.index(chunk),
                map.isFresh(chunk) ? 1 : 0,
                map.lossyVersion(chunk),
                Arrays.hashCode(map.members(chunk)),
                chunks.fresh().holders(map.id(chunk)).hashCode()));
    add(5, map.nextId(), chunks.cuts().hashCode(), chunks.changing().hashCode());
    add(8, chunks.garbageCount());
    add(9, map.skippedDigest());
  }

  private void addSession(Session session) {
    long id = session.info().id();
    add(7, id, session.info().hashCode());
    for (int slot = 0; slot < session.info().slots(); slot++) {
      if (session.lastReply(slot) != null) {
        add(
            7,
            id,
            slot,
            session.lastNumber(slot),
            session.lastReply(slot).toByteString().hashCode(),
            Objects.hashCode(session.lastCut(slot)));
      }
    }
  }

  private void add(long... fields) {
    long hash = 0x9E3779B97F4A7C15L;
    for (long field : fields) {
      hash = mix(hash ^ field) + 0x9E3779B97F4A7C15L;
    }
    sum += mix(hash);
  }

  private static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
