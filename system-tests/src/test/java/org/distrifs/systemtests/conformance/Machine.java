package org.distrifs.systemtests.conformance;

/** The differences between the architectures of Linux that matter to these tests. */
final class Machine {
  static final boolean IS_ARM = System.getProperty("os.arch").equals("aarch64");

  // Numbers of system calls.
  static final int SETGROUPS = IS_ARM ? 159 : 116;
  static final int SETRESUID = IS_ARM ? 147 : 117;
  static final int SETRESGID = IS_ARM ? 149 : 119;

  static final int MMAP = IS_ARM ? 222 : 9;
  static final int COPY_FILE_RANGE = IS_ARM ? 285 : 326;

  static final int FCNTL = IS_ARM ? 25 : 72;

  private Machine() {}
}
