package org.distrifs.fuse.driver.kernel;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.distrifs.fuse.driver.FuseDriver;
import org.distrifs.fuse.driver.MountFlag;
import org.distrifs.fuse.driver.MountOptions;
import org.distrifs.fuse.driver.NativeMemory;
import org.distrifs.runtime.lifecycle.OperatorException;

/** Root's way: {@code mount(2)}. */
final class PrivilegedMount implements DeviceMount {
  private static final String DEVICE = "/dev/fuse";
  private static final int O_RDWR_CLOEXEC = 2 | 02000000;

  private final LibC libc;

  PrivilegedMount(LibC libc) {
    this.libc = libc;
  }

  @Override
  public int mount(MountOptions options) {
    int descriptor = open();
    try {
      mount(descriptor, options);
      return descriptor;
    } catch (RuntimeException e) {
      libc.close(descriptor);
      throw e;
    }
  }

  private int open() {
    long path = string(DEVICE);
    try {
      int descriptor = libc.open(path, O_RDWR_CLOEXEC);
      if (descriptor < 0) {
        throw new OperatorException(
            "Cannot open %s (errno %d). In a container, pass --device %s."
                .formatted(DEVICE, LibC.lastErrno(), DEVICE));
      }
      return descriptor;
    } finally {
      NativeMemory.free(path);
    }
  }

  private void mount(int descriptor, MountOptions options) {
    String kernelOptions =
        String.format(
            Locale.ROOT,
            "fd=%d,rootmode=40000,user_id=0,group_id=0,default_permissions,max_read=%d%s",
            descriptor,
            MAX_READ_BYTES,
            options.allowOther() ? ",allow_other" : "");
    long source = string(options.source());
    long target = string(options.mountPoint().toString());
    long type = string(FuseDriver.FILE_SYSTEM_TYPE);
    long data = string(kernelOptions);
    try {
      if (libc.mount(source, target, type, flags(options), data) != 0) {
        throw new OperatorException(
            "Cannot mount on %s: the kernel refused (errno %d). In a container, pass --cap-add SYS_ADMIN."
                .formatted(options.mountPoint(), LibC.lastErrno()));
      }
    } finally {
      NativeMemory.free(source);
      NativeMemory.free(target);
      NativeMemory.free(type);
      NativeMemory.free(data);
    }
  }

  private static long flags(MountOptions options) {
    return options.flags().stream().mapToLong(MountFlag::bit).reduce(0, (all, bit) -> all | bit);
  }

  private static long string(String text) {
    return NativeMemory.allocateString(text.getBytes(StandardCharsets.UTF_8));
  }
}
