package org.distrifs.cli.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.SetAttributes;
import org.distrifs.proto.control.TimeChange;

/** The attributes of a local file, as {@code stat(2)} has them. */
record LocalAttributes(
    Type type, long size, int permissions, int uid, int gid, Instant accessed, Instant modified) {

  /** The types of files that the commands treat differently. */
  enum Type {
    REGULAR,
    DIRECTORY,
    SYMLINK,
    OTHER
  }

  private static final LinkOption[] FOLLOW = {};
  private static final LinkOption[] NO_FOLLOW = {LinkOption.NOFOLLOW_LINKS};

  static LocalAttributes of(Path path, boolean follow) throws IOException {
    Map<String, Object> values = Files.readAttributes(path, "unix:*", follow ? FOLLOW : NO_FOLLOW);
    return new LocalAttributes(
        type(values),
        (Long) values.get("size"),
        (Integer) values.get("mode") & FileType.PERMISSIONS,
        (Integer) values.get("uid"),
        (Integer) values.get("gid"),
        ((FileTime) values.get("lastAccessTime")).toInstant(),
        ((FileTime) values.get("lastModifiedTime")).toInstant());
  }

  /**
   * The change that gives a file in DistriFS the mode, the times and, if wanted, the owner of this
   * one.
   */
  SetAttributes.Builder toChange(boolean withOwner) {
    SetAttributes.Builder change =
        SetAttributes.newBuilder()
            .setMode(permissions)
            .setAtime(time(accessed))
            .setMtime(time(modified));
    return withOwner ? change.setUid(uid).setGid(gid) : change;
  }

  /**
   * Gives a local file the mode and times of one in DistriFS, and the owner if it is wanted. The
   * owner is set first, because a change of owner clears the set-id bits.
   */
  static void apply(Attributes from, Path to, boolean withOwner) throws IOException {
    if (withOwner) {
      Files.setAttribute(to, "unix:uid", from.getUid(), NO_FOLLOW);
      Files.setAttribute(to, "unix:gid", from.getGid(), NO_FOLLOW);
    }
    Files.setAttribute(to, "unix:mode", from.getMode() & FileType.PERMISSIONS);
    Files.getFileAttributeView(to, BasicFileAttributeView.class)
        .setTimes(
            FileTime.from(Instant.ofEpochSecond(from.getMtimeS(), from.getMtimeNs())),
            FileTime.from(Instant.ofEpochSecond(from.getAtimeS(), from.getAtimeNs())),
            null);
  }

  private static TimeChange time(Instant instant) {
    return TimeChange.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanoseconds(instant.getNano())
        .build();
  }

  private static Type type(Map<String, Object> values) {
    if ((Boolean) values.get("isRegularFile")) {
      return Type.REGULAR;
    }
    if ((Boolean) values.get("isDirectory")) {
      return Type.DIRECTORY;
    }
    return (Boolean) values.get("isSymbolicLink") ? Type.SYMLINK : Type.OTHER;
  }
}
