package org.distrifs.systemtests.conformance;

import static org.distrifs.systemtests.conformance.Calls.O_CREAT;
import static org.distrifs.systemtests.conformance.Calls.O_RDWR;
import static org.distrifs.systemtests.conformance.Calls.O_TRUNC;
import static org.distrifs.systemtests.conformance.Calls.O_WRONLY;
import static org.distrifs.systemtests.conformance.Calls.chmod;
import static org.distrifs.systemtests.conformance.Calls.chown;
import static org.distrifs.systemtests.conformance.Calls.close;
import static org.distrifs.systemtests.conformance.Calls.fstat;
import static org.distrifs.systemtests.conformance.Calls.ftruncate;
import static org.distrifs.systemtests.conformance.Calls.lstat;
import static org.distrifs.systemtests.conformance.Calls.open;
import static org.distrifs.systemtests.conformance.Calls.pwrite;
import static org.distrifs.systemtests.conformance.Calls.truncate;
import static org.distrifs.systemtests.conformance.Calls.write;

import java.util.List;
import org.distrifs.systemtests.cluster.Command;
import org.junit.jupiter.api.Test;

/** The set-user-id and set-group-id bits when the contents of a file change (inode(7)). */
abstract class SetIdCases extends Cases {
  SetIdCases(Target target) {
    super(target);
  }

  /** A change of the contents of {@code f}. */
  private record Change(String name, Call call) {}

  private static final List<Change> CHANGES =
      List.of(
          new Change("write", () -> changed(O_WRONLY, file -> write(file, "x"))),
          new Change("pwrite", () -> changed(O_RDWR, file -> pwrite(file, "x", 100_000))),
          new Change("ftruncate", () -> changed(O_WRONLY, file -> ftruncate(file, 1))),
          new Change("truncate", () -> truncate("f", 2)),
          new Change("truncate to more", () -> truncate("f", 200_000)),
          new Change("open with O_TRUNC", () -> close(open("f", O_WRONLY | O_TRUNC))),
          new Change(
              "open with O_CREAT and O_TRUNC",
              () -> close(open("f", O_RDWR | O_CREAT | O_TRUNC, 0644))));

  /** A use of an open file. */
  @FunctionalInterface
  private interface Use {
    void of(int file);
  }

  private static void changed(int flags, Use use) {
    int file = open("f", flags);
    try {
      use.of(file);
    } finally {
      close(file);
    }
  }

  @Test
  void areRightsOfWhoRunsTheProgram() throws Exception {
    Command.shell("cp /usr/bin/id \"$1\"", absolute("id")).expectSuccess();
    chown("id", Identity.OWNER.uid(), Identity.TEAM);
    int user = Identity.STRANGER.uid();
    int group = Identity.STRANGER.gid();
    chmod("id", 0755);
    same("neither", user + " " + group, rights(Identity.STRANGER));
    chmod("id", 04755);
    same("set-user-ID", Identity.OWNER.uid() + " " + group, rights(Identity.STRANGER));
    chmod("id", 02755);
    same("set-group-ID", user + " " + Identity.TEAM, rights(Identity.STRANGER));
    chmod("id", 02705);
    same("the old mark of mandatory locks", user + " " + group, rights(Identity.STRANGER));
  }

  /** The effective user and group of the program {@code id}, run by somebody. */
  private String rights(Identity runner) throws Exception {
    // Run it in its folder, because not everybody may pass the folders above.
    return Command.shell(
            """
            cd "$1"
            run="setpriv --reuid=$2 --regid=$3 --clear-groups ./id"
            echo $($run -u) $($run -g)
            """,
            absolute("."),
            runner.uid(),
            runner.gid())
        .expectSuccess()
        .output()
        .strip();
  }

  @Test
  void goWhenAnOrdinaryUserChangesTheContents() throws Exception {
    int[][] modes = {
      {06777, 0777},
      {04777, 0777},
      {02777, 0777},
      {06666, 02666},
      {04766, 0766},
      {02676, 0676},
      {01777, 01777},
      {07777, 01777}
    };
    for (Identity writer : List.of(Identity.OWNER, Identity.MEMBER)) {
      for (Change change : CHANGES) {
        for (int[] mode : modes) {
          about(
              change.name() + " by " + writer + " of mode " + Integer.toOctalString(mode[0]),
              () -> {
                write("f", "text");
                chown("f", Identity.OWNER.uid(), Identity.TEAM);
                chmod("f", mode[0]);
                as(writer, change.call());
                sameMode(mode[1], lstat("f").permissions());
              });
        }
      }
    }
  }

  @Test
  void stayWhenRootChangesTheContents() throws Exception {
    for (Change change : CHANGES) {
      about(
          change.name(),
          () -> {
            write("f", "text");
            chown("f", Identity.OWNER.uid(), Identity.TEAM);
            chmod("f", 07777);
            change.call().run();
            sameMode(07777, lstat("f").permissions());
          });
    }
  }

  @Test
  void goAtEachWriteOfADescriptorThatIsOpen() throws Exception {
    write("f", "text");
    chown("f", Identity.OWNER.uid(), Identity.TEAM);
    chmod("f", 0777);
    as(
        Identity.OWNER,
        () -> {
          int file = open("f", O_RDWR);
          for (int round = 0; round < 3; round++) {
            chmod("f", 06777);
            sameMode(06777, fstat(file).permissions());
            write(file, "x");
            sameMode(0777, fstat(file).permissions());
            sameMode(0777, lstat("f").permissions());
          }
          close(file);
        });
  }

  @Test
  void stayWhenNothingIsWritten() throws Exception {
    write("f", "text");
    chown("f", Identity.OWNER.uid(), Identity.TEAM);
    chmod("f", 06777);
    as(
        Identity.OWNER,
        () -> {
          int file = open("f", O_RDWR);
          Calls.read(file, 10);
          pwrite(file, "", 0);
          close(file);
        });
    sameMode(06777, lstat("f").permissions());
  }
}
