package org.distrifs.cli.connect;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.distrifs.proto.control.Caller;
import org.distrifs.runtime.disk.FailureReason;
import org.distrifs.runtime.lifecycle.OperatorException;

/**
 * The user who runs this command, as the kernel tells it ({@code /proc/self/status}, proc(5)).
 *
 * @param caller the owner of files that are created
 * @param umask the permission bits that a created file does not get
 */
public record Identity(Caller caller, int umask) {

  private static final Path STATUS = Path.of("/proc/self/status");
  private static final int ROOT = 0;

  /**
   * The index of the file system id among real, effective, saved and file system id. It is the one
   * that decides about files.
   */
  private static final int FILE_SYSTEM_ID = 3;

  /** The identity of this process. */
  public static Identity ofThisProcess() {
    try {
      return parse(Files.readAllLines(STATUS));
    } catch (IOException e) {
      throw new OperatorException(
          "Cannot find out who runs this command: " + FailureReason.of(e) + ".", e);
    }
  }

  static Identity parse(List<String> status) {
    Map<String, List<String>> fields = new HashMap<>();
    for (String line : status) {
      String[] words = line.split("[:\\s]+", -1);
      fields.put(words[0], Stream.of(words).skip(1).filter(word -> !word.isEmpty()).toList());
    }
    Caller.Builder caller =
        Caller.newBuilder()
            .setUid(Integer.parseUnsignedInt(fields.get("Uid").get(FILE_SYSTEM_ID)))
            .setGid(Integer.parseUnsignedInt(fields.get("Gid").get(FILE_SYSTEM_ID)));
    fields
        .getOrDefault("Groups", List.of())
        .forEach(group -> caller.addGroups(Integer.parseUnsignedInt(group)));
    int umask = Integer.parseInt(fields.getOrDefault("Umask", List.of("0022")).get(0), 8);
    return new Identity(caller.build(), umask);
  }

  public boolean isRoot() {
    return caller.getUid() == ROOT;
  }
}
