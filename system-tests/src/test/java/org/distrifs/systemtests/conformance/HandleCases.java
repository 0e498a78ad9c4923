package org.distrifs.systemtests.conformance;

import static org.distrifs.systemtests.conformance.Calls.O_RDONLY;
import static org.distrifs.systemtests.conformance.Calls.O_RDWR;
import static org.distrifs.systemtests.conformance.Calls.close;
import static org.distrifs.systemtests.conformance.Calls.content;
import static org.distrifs.systemtests.conformance.Calls.fchdir;
import static org.distrifs.systemtests.conformance.Calls.fstat;
import static org.distrifs.systemtests.conformance.Calls.link;
import static org.distrifs.systemtests.conformance.Calls.lstat;
import static org.distrifs.systemtests.conformance.Calls.mkdir;
import static org.distrifs.systemtests.conformance.Calls.open;
import static org.distrifs.systemtests.conformance.Calls.read;
import static org.distrifs.systemtests.conformance.Calls.rename;
import static org.distrifs.systemtests.conformance.Calls.rmdir;
import static org.distrifs.systemtests.conformance.Calls.unlink;
import static org.distrifs.systemtests.conformance.Calls.write;
import static org.distrifs.systemtests.conformance.Errno.EPERM;
import static org.distrifs.systemtests.conformance.Errno.ESTALE;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** name_to_handle_at(2), open_by_handle_at(2), with the kernel's caches dropped in between. */
abstract class HandleCases extends Cases {
  private static final Path DROP_CACHES = Path.of("/proc/sys/vm/drop_caches");

  /** Rounds of dropping caches. The first one only marks inodes that were used recently. */
  private static final int ROUNDS = 3;

  HandleCases(Target target) {
    super(target);
  }

  /** Has the kernel forget the inodes and names that nobody uses. */
  private static void dropCaches() throws IOException {
    for (int round = 0; round < ROUNDS; round++) {
      Files.writeString(DROP_CACHES, "2");
    }
  }

  @Test
  void opensWhatTheKernelHasForgotten() throws Exception {
    write("file", "text");
    mkdir("folder", 0755);
    write("folder/inner", "inner text");
    FileHandle file = FileHandle.of("file");
    FileHandle inner = FileHandle.of("folder/inner");
    FileHandle folder = FileHandle.of("folder");
    long fileNumber = lstat("file").inode();
    rename("file", "folder/renamed");
    link("folder/inner", "second name");
    unlink("folder/inner");
    dropCaches();

    int opened = file.open(".", O_RDWR);
    same("inode", fileNumber, fstat(opened).inode());
    same("content", "text", read(opened, 100));
    write(opened, " and more");
    close(opened);
    same("content", "text and more", content("folder/renamed"));
    same("content of what has another name", "inner text", read(inner.open(".", O_RDONLY), 100));

    int here = open(".", O_RDONLY);
    dropCaches();
    fchdir(folder.open(".", O_RDONLY));
    same("content below a directory", "text and more", content("renamed"));
    same("the directory above", fstat(here).inode(), lstat("..").inode());
    fchdir(here);
  }

  @Test
  void isStaleOnceTheFileWasRemoved() throws Exception {
    write("file", "text");
    mkdir("folder", 0755);
    FileHandle file = FileHandle.of("file");
    FileHandle folder = FileHandle.of("folder");
    unlink("file");
    rmdir("folder");
    dropCaches();

    expect(ESTALE, () -> file.open(".", O_RDONLY));
    expect(ESTALE, () -> folder.open(".", O_RDONLY));
    write("file", "another");
    mkdir("folder", 0755);
    expect(ESTALE, () -> file.open(".", O_RDONLY));
    expect(ESTALE, () -> folder.open(".", O_RDONLY));
  }

  @Test
  void isForRootAlone() throws Exception {
    write("file", "text");
    FileHandle file = FileHandle.of("file");
    expect(EPERM, Identity.OWNER, () -> file.open(".", O_RDONLY));
  }
}
