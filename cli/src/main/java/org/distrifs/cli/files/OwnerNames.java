package org.distrifs.cli.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The names of users and groups on this machine, and the number where there is no name. */
final class OwnerNames {

  private static final int NAME_FIELD = 0;
  private static final int ID_FIELD = 2;

  private final Map<Integer, String> users = read(Path.of("/etc/passwd"));
  private final Map<Integer, String> groups = read(Path.of("/etc/group"));

  String user(int uid) {
    return users.getOrDefault(uid, Integer.toUnsignedString(uid));
  }

  String group(int gid) {
    return groups.getOrDefault(gid, Integer.toUnsignedString(gid));
  }

  /** Reads the names. A file that cannot be read is no error: numbers are shown instead. */
  private static Map<Integer, String> read(Path file) {
    Map<Integer, String> names = new HashMap<>();
    try {
      for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
        String[] fields = line.split(":", -1);
        if (fields.length > ID_FIELD && fields[ID_FIELD].matches("[0-9]{1,9}")) {
          names.putIfAbsent(Integer.parseInt(fields[ID_FIELD]), fields[NAME_FIELD]);
        }
      }
    } catch (IOException e) {
      return Map.of();
    }
    return names;
  }
}
