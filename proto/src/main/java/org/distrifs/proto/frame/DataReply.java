package org.distrifs.proto.frame;

/**
 * The answer to a {@link DataRequest}. Fields that an answer does not need are 0 or empty; the
 * payload travels beside the record.
 *
 * @param failedNodeId for {@link Status#DOWNSTREAM_FAILED}: the member that failed
 * @param detail a sentence for logs, at most 1,000 bytes of UTF-8
 * @param version of the replica
 * @param replicaLength bytes of the replica
 * @param lastOrder the number of the last write applied in this version
 * @param dirty see {@code docs/chunk-store.md}
 * @param suspect the replica went through an unclean stop and has not been reconciled
 * @param sameBoot for a suspect replica: the machine did not reboot since it was written
 * @param checksums of a READ: CRC32C of each block of the payload
 */
public record DataReply(
    Status status,
    int failedNodeId,
    String detail,
    int version,
    int replicaLength,
    long lastOrder,
    boolean dirty,
    boolean suspect,
    boolean sameBoot,
    int[] checksums) {

  private static final int[] NO_CHECKSUMS = {};

  /** Success with nothing to tell. */
  public static DataReply ok() {
    return failure(Status.OK, "");
  }

  /** An answer with a status and a sentence. */
  public static DataReply failure(Status status, String detail) {
    return new DataReply(status, 0, detail, 0, 0, 0, false, false, false, NO_CHECKSUMS);
  }

  /** A member behind the answering one failed. */
  public static DataReply downstreamFailed(int failedNodeId, String detail) {
    return new DataReply(
        Status.DOWNSTREAM_FAILED, failedNodeId, detail, 0, 0, 0, false, false, false, NO_CHECKSUMS);
  }

  /** The disk of a member behind the answering one is full. */
  public static DataReply noSpace(int failedNodeId, String detail) {
    return new DataReply(
        Status.NO_SPACE, failedNodeId, detail, 0, 0, 0, false, false, false, NO_CHECKSUMS);
  }

  public boolean isOk() {
    return status == Status.OK;
  }
}
