package org.distrifs.client.session;

import com.google.protobuf.ByteString;
import java.util.Locale;
import org.distrifs.proto.control.Operation;

/** Operations in words, for errors and logs. */
final class OperationText {
  private OperationText() {}

  /** The operation, and why it failed in brackets unless that is empty. */
  static String of(Operation operation, String why) {
    return why.isEmpty() ? of(operation) : of(operation) + " (" + why + ")";
  }

  /** For example {@code lookup of "a.txt" in inode 1}. */
  private static String of(Operation operation) {
    String kind = operation.getKindCase().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    return switch (operation.getKindCase()) {
      case LOOKUP -> kind + in(operation.getLookup().getName(), operation.getLookup().getParent());
      case CREATE -> kind + in(operation.getCreate().getName(), operation.getCreate().getParent());
      case CREATE_UNNAMED -> kind + " in inode " + operation.getCreateUnnamed().getParent();
      case MAKE_DIRECTORY ->
          kind
              + in(
                  operation.getMakeDirectory().getName(), operation.getMakeDirectory().getParent());
      case MAKE_SYMLINK ->
          kind + in(operation.getMakeSymlink().getName(), operation.getMakeSymlink().getParent());
      case LINK -> kind + in(operation.getLink().getName(), operation.getLink().getParent());
      case UNLINK -> kind + in(operation.getUnlink().getName(), operation.getUnlink().getParent());
      case REMOVE_DIRECTORY ->
          kind
              + in(
                  operation.getRemoveDirectory().getName(),
                  operation.getRemoveDirectory().getParent());
      case RENAME -> kind + in(operation.getRename().getName(), operation.getRename().getParent());
      case GET_ATTRIBUTES -> kind + inode(operation.getGetAttributes().getInode());
      case FIND_INODE -> kind + inode(operation.getFindInode().getInode());
      case READ_DIRECTORY -> kind + inode(operation.getReadDirectory().getInode());
      case READ_LINK -> kind + inode(operation.getReadLink().getInode());
      case GET_CHAINS -> kind + inode(operation.getGetChains().getInode());
      case SET_ATTRIBUTES -> kind + inode(operation.getSetAttributes().getInode());
      case ALLOCATE_CHUNK ->
          kind
              + " "
              + operation.getAllocateChunk().getIndex()
              + inode(operation.getAllocateChunk().getInode());
      case COMMIT -> kind + inode(operation.getCommit().getInode());
      case RECORD_READS -> kind + " of " + operation.getRecordReads().getReadsCount();
      case ACQUIRE_APPEND -> kind + inode(operation.getAcquireAppend().getInode());
      case RELEASE_APPEND -> kind + inode(operation.getReleaseAppend().getInode());
      case GET_EXTENDED_ATTRIBUTE ->
          kind
              + named(
                  operation.getGetExtendedAttribute().getName(),
                  operation.getGetExtendedAttribute().getInode());
      case LIST_EXTENDED_ATTRIBUTES ->
          kind + inode(operation.getListExtendedAttributes().getInode());
      case SET_EXTENDED_ATTRIBUTE ->
          kind
              + named(
                  operation.getSetExtendedAttribute().getName(),
                  operation.getSetExtendedAttribute().getInode());
      case REMOVE_EXTENDED_ATTRIBUTE ->
          kind
              + named(
                  operation.getRemoveExtendedAttribute().getName(),
                  operation.getRemoveExtendedAttribute().getInode());
      case TEST_LOCK -> kind + inode(operation.getTestLock().getInode());
      case SET_LOCK -> kind + inode(operation.getSetLock().getInode());
      case RELEASE_LOCKS -> kind + inode(operation.getReleaseLocks().getInode());
      case REPORT_FAILURE -> kind + inode(operation.getReportFailure().getInode());
      case STAT_FILE_SYSTEM, KIND_NOT_SET -> kind;
    };
  }

  private static String in(ByteString name, long parent) {
    return " of \"" + name.toStringUtf8() + "\" in inode " + parent;
  }

  private static String named(ByteString attribute, long inode) {
    return " " + attribute.toStringUtf8() + inode(inode);
  }

  private static String inode(long inode) {
    return " of inode " + inode;
  }
}
