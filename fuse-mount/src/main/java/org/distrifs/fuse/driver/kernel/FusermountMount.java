package org.distrifs.fuse.driver.kernel;

import java.util.List;
import org.distrifs.fuse.driver.MountOptions;
import org.distrifs.runtime.lifecycle.OperatorException;

/**
 * The way of users other than root: {@code fusermount3}, which is installed set-user-ID. It opens
 * the device, mounts, and sends the descriptor over the socket whose number it finds in {@code
 * _FUSE_COMMFD}, as libfuse's own {@code mount.c} has it do.
 */
final class FusermountMount implements DeviceMount {
  /** The program. */
  static final String PROGRAM = "fusermount3";

  /** Its standard input is the socket. */
  private static final List<String> ENVIRONMENT = List.of("_FUSE_COMMFD=0");

  /** It looks at the mount point, which may be on a slow file system. */
  private static final int TIMEOUT_S = 10;

  private static final int MAX_OUTPUT_BYTES = 4096;
  private static final int MSG_CMSG_CLOEXEC = 0x40000000;
  private static final int EINTR = 4;

  private final LibC libc;

  FusermountMount(LibC libc) {
    this.libc = libc;
  }

  @Override
  public int mount(MountOptions options) {
    List<String> command =
        List.of(PROGRAM, "-o", words(options), "--", options.mountPoint().toString());
    try (SocketPair descriptors = new SocketPair(libc, TIMEOUT_S);
        SocketPair output = new SocketPair(libc, TIMEOUT_S)) {
      SpawnedProgram program =
          SpawnedProgram.start(libc, command, ENVIRONMENT, descriptors.theirs(), output.theirs());
      descriptors.closeTheirs();
      output.closeTheirs();
      try {
        int descriptor = receive(descriptors.ours());
        String said = output.readText(MAX_OUTPUT_BYTES);
        if (descriptor == DescriptorMessage.NONE) {
          throw new OperatorException(
              "Cannot mount on %s: %s.".formatted(options.mountPoint(), reason(said)));
        }
        return descriptor;
      } finally {
        program.end();
      }
    } catch (IllegalStateException e) {
      throw new OperatorException(
          "Cannot mount on %s: %s.".formatted(options.mountPoint(), e.getMessage()), e);
    }
  }

  /** It adds the device, the mode of the root, and the user. */
  private static String words(MountOptions options) {
    return options.words() + ",default_permissions,max_read=" + MAX_READ_BYTES;
  }

  private int receive(int socket) {
    try (DescriptorMessage message = new DescriptorMessage()) {
      long length;
      do {
        length = libc.recvmsg(socket, message.address(), MSG_CMSG_CLOEXEC);
      } while (length < 0 && LibC.lastErrno() == EINTR);
      return length > 0 ? message.descriptor() : DescriptorMessage.NONE;
    }
  }

  private static String reason(String said) {
    return said.isBlank()
        ? PROGRAM + " sent no descriptor within %d s, and said nothing".formatted(TIMEOUT_S)
        : said.strip().replace('\n', ';');
  }
}
