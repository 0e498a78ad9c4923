package org.distrifs.master.chunk;

import java.util.List;

/**
 * What the journal says of a chunk: a copy that later mutations do not change.
 *
 * @param id the chunk's number, 1 or more
 * @param version version of the committed chain, unsigned
 * @param reservedVersion highest version ever reserved, unsigned; above {@code version} while a
 *     change is under way
 * @param members node ids of the committed chain, head first
 * @param inode the file it belongs to, which may have lost its last name; 0 when detached
 * @param index its place in the file; the last one it had when it belongs to none
 * @param fresh allocated and not committed yet: a hole for all but its holders
 * @param lossyVersion writes acknowledged under a lower version and not synced may be lost; 0: none
 */
public record ChunkInfo(
    long id,
    int version,
    int reservedVersion,
    List<Integer> members,
    long inode,
    long index,
    boolean fresh,
    int lossyVersion) {

  /** Whether no file has the chunk any more: it is only remembered. */
  public boolean isDetached() {
    return inode == 0;
  }

  /** Whether a version was reserved that no commit has followed yet. */
  public boolean isChanging() {
    return reservedVersion != version;
  }
}
