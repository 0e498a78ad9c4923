package org.distrifs.cli.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.distrifs.runtime.disk.FailureReason;
import org.distrifs.runtime.lifecycle.OperatorException;

/** The settings files of a cluster's roles, which are the user's to edit. */
final class RoleSettingsFiles {

  private RoleSettingsFiles() {}

  /** Writes a settings file that holds only a comment, for each kind of role that has none. */
  static void writeMissing(ClusterFolder folder) {
    for (LocalRole.Kind kind : LocalRole.Kind.values()) {
      Path file = folder.settingsFile(kind);
      if (Files.exists(file)) {
        continue;
      }
      String text =
          """
          # Settings of the %1$s in this cluster, read at its start. What there is to set:
          #   distrifs example-conf %1$s
          # Ports, folders and addresses are given by 'distrifs local' and go before this file.
          """
              .formatted(kind.word());
      try {
        Files.writeString(file, text);
      } catch (IOException e) {
        throw new OperatorException(
            "Cannot write the settings file %s: %s.".formatted(file, FailureReason.of(e)), e);
      }
    }
  }
}
