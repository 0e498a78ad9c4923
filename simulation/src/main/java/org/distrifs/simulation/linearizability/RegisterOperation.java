package org.distrifs.simulation.linearizability;

/**
 * One read or write of a register, as its client saw it.
 *
 * @param client a name for reports
 * @param value written or read
 * @param invokedNs when it was called
 * @param returnedNs when its answer came, by the same clock; {@link #NEVER} for a write that failed
 *     or was not answered, since it may have happened at any time after the call, or not at all
 */
public record RegisterOperation(
    String client, Kind kind, long value, long invokedNs, long returnedNs) {

  /** What it did. */
  public enum Kind {
    READ,
    WRITE
  }

  /** The return of a write that got no answer. */
  public static final long NEVER = Long.MAX_VALUE;

  public RegisterOperation {
    if (returnedNs < invokedNs) {
      throw new IllegalArgumentException("returned at " + returnedNs + " before its call");
    }
    if (kind == Kind.READ && returnedNs == NEVER) {
      throw new IllegalArgumentException("a read without an answer says nothing: leave it out");
    }
  }

  boolean isPending() {
    return returnedNs == NEVER;
  }

  @Override
  public String toString() {
    final String what = kind == Kind.WRITE ? "writes" : "reads";
    final String until = isPending() ? "without an answer" : "to " + returnedNs;
    return "%s %s %d from %d %s".formatted(client, what, value, invokedNs, until);
  }
}
