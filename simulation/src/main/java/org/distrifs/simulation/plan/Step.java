package org.distrifs.simulation.plan;

/** An action or fault at a moment of a run, in milliseconds from the end of the setup. */
public sealed interface Step {

  long atMs();

  /** When its effect ends by itself. */
  default long endMs() {
    return atMs();
  }

  /** A client writes cells of a chunk. */
  record Write(long atMs, int client, int chunk, int firstCell, int cells) implements Step {}

  /**
   * A client writes the same two cells again and again for a while, with a pause after each
   * acknowledgement.
   */
  record Stream(long atMs, int client, int chunk, int firstCell, long pauseMs, long durationMs)
      implements Step {}

  /** A client reads blocks of a chunk. */
  record Read(long atMs, int client, int chunk, int firstBlock, int blocks) implements Step {}

  /** A client syncs what it has written, unless a sync of it is under way. */
  record Sync(long atMs, int client) implements Step {}

  /**
   * A client writes the same two cells some times and syncs after each write, which is sent no
   * sooner. It goes on when a sync has ended, however that was.
   */
  record SyncedWrites(long atMs, int client, int chunk, int firstCell, int count) implements Step {}

  /** A client creates a file under a name that no other step uses. */
  record Create(long atMs, int client, int number) implements Step {}

  /** A client renames the file of a {@link Create}, if that was acknowledged. */
  record Rename(long atMs, int client, int number) implements Step {}

  /** A client changes the file of a {@link Create} by the name that it was created with. */
  record ChangeByName(long atMs, int client, int number) implements Step {}

  /** A datanode's process dies, and is started again. */
  record KillDatanode(long atMs, int node, long downMs, boolean machineToo) implements Step {
    @Override
    public long endMs() {
      return atMs + downMs;
    }
  }

  /** A client's process dies and does not come back. */
  record KillClient(long atMs, int client) implements Step {}

  /** The master's process dies, and is started again. */
  record KillMaster(long atMs, long downMs) implements Step {
    @Override
    public long endMs() {
      return atMs + downMs;
    }
  }

  /** A process is paused for a while. */
  record Pause(long atMs, String host, long durationMs) implements Step {
    @Override
    public long endMs() {
      return atMs + durationMs;
    }
  }

  /** The link from one host to another is cut for a while. */
  record Cut(long atMs, String from, String to, boolean bothWays, long durationMs) implements Step {
    @Override
    public long endMs() {
      return atMs + durationMs;
    }
  }

  /** Messages from one host to another take longer for a while. */
  record Slow(long atMs, String from, String to, long extraMs, long durationMs) implements Step {}

  /** All connections between two hosts break. */
  record Break(long atMs, String one, String other) implements Step {}
}
