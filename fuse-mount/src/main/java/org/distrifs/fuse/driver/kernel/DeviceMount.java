package org.distrifs.fuse.driver.kernel;

import org.distrifs.fuse.driver.MountOptions;
import org.distrifs.runtime.lifecycle.OperatorException;

/** A way to have the kernel mount what an open {@code /dev/fuse} serves. */
interface DeviceMount {

  /** Bytes that the kernel asks for in one READ at most. */
  int MAX_READ_BYTES = RequestDispatch.MAX_TRANSFER_BYTES;

  /**
   * Opens the device and mounts.
   *
   * @return the descriptor of the device, which is the caller's to close; programs that this
   *     process starts do not inherit it
   * @throws OperatorException if the kernel refuses, or who asks it
   */
  int mount(MountOptions options);

  /** The way that is open to the user of this process. */
  static DeviceMount ofThisUser(LibC libc) {
    return libc.geteuid() == 0 ? new PrivilegedMount(libc) : new FusermountMount(libc);
  }
}
