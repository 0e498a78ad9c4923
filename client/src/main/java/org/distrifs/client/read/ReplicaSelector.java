package org.distrifs.client.read;

import java.util.List;
import org.distrifs.proto.control.ChunkLocation;
import org.distrifs.proto.control.Member;

/** Which replica to ask first. Thread-safe. */
public interface ReplicaSelector {

  /** All members of a chain, the most promising first. */
  List<Member> order(ChunkLocation location);

  /** A node answered. */
  void answered(int nodeId, long latencyNs);

  /** Another node, which was asked later, answered before this one. */
  void overtaken(int nodeId);

  /** How long a node may take before another is asked too. */
  long hedgeAfterNs(int nodeId);

  /** A node did not serve what it should have. */
  void failed(int nodeId);
}
