package org.distrifs.fuse.mount;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.file.Path;
import java.util.Optional;
import org.distrifs.fuse.driver.NativeMemory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What tells which process serves a mount: a descriptor that it holds meanwhile, of an empty
 * anonymous file ({@code memfd_create(2)}) that is named for the device number of the mount. {@code
 * /proc/PID/fd} shows it to whoever may look at the process, in every mount namespace, and it goes
 * with the process, however that ends.
 */
final class MountLabel implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MountLabel.class);

  private static final String NAME = "distrifs-mount-";

  // How the kernel shows the name of such a file.
  private static final String BEFORE_NAME = "/memfd:";
  private static final String BEHIND_NAME = " (deleted)";

  private static final int MFD_CLOEXEC = 1;
  private static final int NO_DESCRIPTOR = -1;

  private final MountCalls calls = MountCalls.load();
  private int descriptor;

  private MountLabel(String device) {
    long name = NativeMemory.allocateString((NAME + device).getBytes(US_ASCII));
    try {
      descriptor = calls.memfd_create(name, MFD_CLOEXEC);
    } finally {
      NativeMemory.free(name);
    }
    if (descriptor < 0) {
      LOG.warn(
          "Others cannot find out that this process serves the mount: memfd_create failed with"
              + " errno {}",
          MountCalls.lastErrno());
    }
  }

  /** Puts it on this process. */
  static MountLabel of(MountTable.Entry mount) {
    return new MountLabel(mount.device());
  }

  /** The device number of the mount that a descriptor is the label of, if it is one. */
  static Optional<String> device(Path descriptorTarget) {
    String target = descriptorTarget.toString();
    return target.startsWith(BEFORE_NAME + NAME) && target.endsWith(BEHIND_NAME)
        ? Optional.of(
            target.substring((BEFORE_NAME + NAME).length(), target.length() - BEHIND_NAME.length()))
        : Optional.empty();
  }

  @Override
  public void close() {
    if (descriptor >= 0) {
      calls.close(descriptor);
      descriptor = NO_DESCRIPTOR;
    }
  }
}
