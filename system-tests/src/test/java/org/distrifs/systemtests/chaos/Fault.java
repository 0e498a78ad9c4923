package org.distrifs.systemtests.chaos;

/**
 * One fault of a round.
 *
 * @param atMs when it begins, from the start of the round
 * @param forMs how long it lasts
 * @param first the role that it happens to, or the sending end of the link
 * @param second the other end of the link; otherwise the same role
 */
record Fault(FaultKind kind, long atMs, long forMs, String first, String second) {
  @Override
  public String toString() {
    final String where = first.equals(second) ? first : first + " to " + second;
    return "%s %s at %.1f s for %.1f s".formatted(kind, where, atMs / 1e3, forMs / 1e3);
  }
}
