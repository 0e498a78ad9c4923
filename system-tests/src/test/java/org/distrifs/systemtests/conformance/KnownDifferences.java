package org.distrifs.systemtests.conformance;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The cases in which a target is known to differ from ext4, and why. A listed case must fail; when
 * it passes, its line must be removed.
 */
final class KnownDifferences {
  private static final Map<String, String> OF_JNR_FUSE = new HashMap<>();

  static {
    because(
        "libfuse 2 has no call for lseek, so a file is data up to its end",
        "Allocation.seekFindsAPunchedHole",
        "Allocation.seekFindsDataAndHoles",
        "Allocation.seekTakesAZeroedRangeForAHole",
        "Allocation.seekTakesWhatIsAllocatedAndNotWrittenForAHole");
    because(
        "libfuse 2 has no call for O_TMPFILE",
        "TemporaryFile.hasNoNameUntilItIsGivenOne",
        "TemporaryFile.madeExclusivelyGetsNoName",
        "TemporaryFile.needsADirectoryThatMayBeWrittenAndAModeThatWrites",
        "Flag.anImmutableDirectoryHasNoTemporaryFiles");
    because(
        "the kernel does not go by ACLs of a libfuse 2 mount, so none can be set",
        "Acl.thatSaysNoMoreThanAModeIsOne",
        "Acl.isKeptAndShowsInTheMode",
        "Acl.isInheritedFromTheDefaultOfTheDirectory",
        "Acl.deniesAUserThatItNamesWhatOthersMay",
        "Acl.decidesWhoMaySearchAndChangeADirectory",
        "Acl.decidesForUsersAndGroupsThatItNames",
        "Acl.isSetByTheOwnerAndRoot");
    because(
        "to libfuse a file is a path, so to the kernel each name is a file of its own: what"
            + " changes by one name, the others show a second later",
        "Link.followsASymlinkOnlyWhenTold",
        "Link.marksTheChangeTimeOfTheFileAndBothTimesOfTheDirectory",
        "Link.namesShareOneInode",
        "Link.worksByADescriptor",
        "Rename.marksTheOtherNamesOfWhatItCovers",
        "Rename.toItsOwnOrAnotherNameOfTheSameFileDoesNothing",
        "Stats.tellsOfEachChangeOfAFileThatIsBeingWritten",
        "Unlink.marksTheDirectoryAndWhatHasOtherNamesLeft",
        "Unlink.ofOneNameOfAnOpenFileChangesItsLinkCount");
    because(
        "libfuse knows a file by its path, which it forgets together with the kernel",
        "Handle.opensWhatTheKernelHasForgotten");
    because(
        "libfuse asks for a directory by its path, which is gone",
        "Rmdir.leavesAnOpenDirectoryEmptyAndWithoutLinks",
        "Stats.tellsThatADirectoryThatIsNoMoreIsEmpty");
    because(
        "libfuse 2 has no call for the flags of renameat2",
        "Rename.refusesToCoverWhatIsThereWhenToldSo",
        "Exchange.marksBothDirectories",
        "Exchange.needsWritePermissionOnBothDirectories",
        "Exchange.swapsAnyTwoTypes",
        "Flag.anImmutableFileIsNotExchanged");
    because(
        "libfuse 2 refuses each ioctl of a directory",
        "Flag.areKeptAndShown",
        "Flag.areInheritedWhereTheyForbidNothing",
        "Flag.anAppendOnlyDirectoryOnlyGains",
        "Flag.anImmutableDirectoryKeepsItsNames");
    because(
        "libfuse 2 has no call for statx, so the kernel gets no birth time",
        "Flag.theBirthTimeIsThatOfTheCreation");
    because(
        "libfuse has no call for a chown of neither owner nor group",
        "Chown.marksTheChangeTimeEvenIfItChangesNothing");
  }

  private KnownDifferences() {}

  private static void because(String reason, String... cases) {
    List.of(cases).forEach(testCase -> OF_JNR_FUSE.put(testCase, reason));
  }

  /** Why a case fails on a target, or null if it must pass. */
  static String reason(Target target, String testCase) {
    return switch (target) {
      case EXT4, KERNEL -> null;
      case JNR_FUSE -> OF_JNR_FUSE.get(testCase);
    };
  }
}
