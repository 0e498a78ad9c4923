package org.distrifs.datanode.chain;

import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.Status;

/**
 * Whether a change of the chain has stopped writes here. Never lapses by itself: it ends with an
 * INSTALL of its version, or the process. Versions are unsigned.
 */
final class Fence {
  /** The version under which the replica is fenced; 0 if it is not. */
  private int version;

  private boolean readsStopped;

  boolean isUp() {
    return version != 0;
  }

  boolean stopsReads() {
    return readsStopped;
  }

  /** Fences, or tells why not. */
  DataReply raise(int newVersion, boolean stopReads, int replicaVersion) {
    int highest = Integer.compareUnsigned(version, replicaVersion) > 0 ? version : replicaVersion;
    boolean isRepeated = isUp() && newVersion == version;
    if (!isRepeated && Integer.compareUnsigned(newVersion, highest) <= 0) {
      return DataReply.failure(
          Status.SUPERSEDED,
          "version %s is not above %s"
              .formatted(Integer.toUnsignedString(newVersion), Integer.toUnsignedString(highest)));
    }
    version = newVersion;
    readsStopped = stopReads;
    return null;
  }

  /** Why a step under a version is refused, or {@code null}. */
  DataReply refusalUnlessUnder(int newVersion) {
    if (newVersion == version && isUp()) {
      return null;
    }
    return DataReply.failure(
        Status.SUPERSEDED,
        isUp()
            ? "the replica is fenced under version " + Integer.toUnsignedString(version)
            : "the replica is not fenced");
  }

  /** What speaks against a step that only a fence of a change that is over allows. */
  DataReply refusalIfAbove(int committed) {
    return isUp() && Integer.compareUnsigned(version, committed) > 0
        ? DataReply.failure(
            Status.FENCED,
            "the replica is fenced under version " + Integer.toUnsignedString(version))
        : null;
  }

  /** A version was installed; a fence under a higher one stays. */
  void lower(int installed) {
    if (Integer.compareUnsigned(version, installed) <= 0) {
      version = 0;
      readsStopped = false;
    }
  }
}
