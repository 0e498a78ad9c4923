package org.distrifs.cli.local;

/** The condition of a role of a local cluster. */
enum Condition {
  /** Its process runs and answers. */
  UP("up"),
  /** Its process runs and says that something is wrong. */
  UNWELL("unwell"),
  /** Its process runs and does not answer (yet). */
  SILENT("silent"),
  /** Its process has ended without being asked to. */
  DIED("died"),
  /** It was stopped, or never started. */
  DOWN("down");

  private final String word;

  Condition(String word) {
    this.word = word;
  }

  /** For people. */
  String word() {
    return word;
  }
}
