package org.distrifs.master.liveness;

/** What the registry tells its owner. Called within the registry's own methods. */
public interface LivenessEvents {

  /** A datanode can be used again, or for the first time. */
  void becameAlive(Datanode node);

  /**
   * An incarnation of a datanode is over: it was silent for longer than its lease can last, its
   * process is gone, or another incarnation has registered.
   */
  void incarnationEnded(Datanode node);

  /** A replica serves nothing until a change has reconciled it. Told at each report. */
  void suspectReported(Datanode node, long chunkId);

  /** A damaged block was found that was not known. */
  void corruptionFound(Datanode node, CorruptionLedger.Damage damage);
}
