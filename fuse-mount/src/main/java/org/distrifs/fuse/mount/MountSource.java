package org.distrifs.fuse.mount;

/**
 * The "device" of a mount in the kernel's table, as {@code /etc/fstab} or the command line gave it:
 * {@code HOST:PORT} or {@code HOST:PORT:/subdir}. mount(8) and umount(8) find a mount by it, so
 * nothing else is in it, and several mounts may have the same.
 */
final class MountSource {
  private static final String ROOT = "/";

  private MountSource() {}

  /**
   * What to show.
   *
   * @param masters "HOST:PORT", several with commas between them
   */
  static String of(MountSettings settings, String masters) {
    if (!settings.source().isEmpty()) {
      return settings.source();
    }
    return settings.subdir().equals(ROOT) ? masters : masters + ":" + settings.subdir();
  }
}
