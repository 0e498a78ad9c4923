package org.distrifs.fuse.mount;

import java.util.Arrays;
import java.util.List;
import org.distrifs.fuse.driver.FuseDriver;
import org.distrifs.fuse.driver.MountOptions;
import org.distrifs.fuse.driver.jnrfuse.JnrFuseDriver;
import org.distrifs.fuse.driver.kernel.KernelDriver;
import org.distrifs.fuse.operations.FuseOperations;
import org.distrifs.fuse.operations.OperationMetrics;
import org.distrifs.runtime.lifecycle.OperatorException;

/** How the kernel is spoken to. */
public enum DriverChoice {
  /** By its own protocol on {@code /dev/fuse}. */
  KERNEL("kernel", "fusermount3"),
  /** Through libfuse 2. */
  JNR_FUSE("jnr-fuse", "fusermount");

  private final String word;

  /** What mounts for users other than root. */
  private final String mountProgram;

  DriverChoice(String word, String mountProgram) {
    this.word = word;
    this.mountProgram = mountProgram;
  }

  /** In settings and on the command line. */
  public String word() {
    return word;
  }

  static List<String> words() {
    return Arrays.stream(values()).map(DriverChoice::word).toList();
  }

  /** The driver of this word. */
  public static DriverChoice of(String word) {
    return Arrays.stream(values())
        .filter(choice -> choice.word.equals(word))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no driver " + word));
  }

  /**
   * @throws OperatorException if it cannot be used by this user on this machine
   */
  void requireUsable() {
    if (this == JNR_FUSE) {
      JnrFuseDriver.requireLibrary();
    }
    FuseEnvironment.requireMountProgram(mountProgram);
  }

  FuseDriver make(FuseOperations operations, OperationMetrics metrics, MountOptions options) {
    return this == KERNEL
        ? new KernelDriver(operations, metrics, options)
        : new JnrFuseDriver(operations, metrics, options);
  }
}
