package org.distrifs.master.liveness;

import java.util.Locale;

/** What the master knows of a datanode's process. */
public enum Liveness {
  /** Not heard since this master started, and not long enough to call it away. */
  UNKNOWN,
  /** Heard within the silence bound. */
  ALIVE,
  /** Not heard for longer than a node lease can last, or its listener is gone. */
  SILENT,
  /** Silent for so long that its replicas count as lost. */
  DEAD;

  /** The word for people: lower case. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
