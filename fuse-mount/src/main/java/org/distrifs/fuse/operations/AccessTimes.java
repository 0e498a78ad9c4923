package org.distrifs.fuse.operations;

import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.distrifs.client.Metadata;
import org.distrifs.proto.access.InodeFlags;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.RecordReads;
import org.distrifs.runtime.clock.ClockSource;
import org.distrifs.runtime.lifecycle.NamedThreads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Access times as mount(8) has them, under {@code relatime} if nothing else is asked: a read sets
 * the one of a file, or of a directory, that has changed since it was last read, or was last read a
 * day ago. This mount shows them at once; the master is told many at a time, within a second or so.
 * Thread-safe.
 *
 * <p>They are advice: one that cannot be told, because there are too many or the master is away, is
 * dropped, and the next read after the next change sets another.
 */
final class AccessTimes {
  private static final Logger LOG = LoggerFactory.getLogger(AccessTimes.class);

  /** Remembered at most: {@value}. */
  static final int MAX_REMEMBERED = 1 << 16;

  /** Told in one message at most: {@value}. */
  static final int MAX_TOLD_AT_ONCE = 1024;

  /** How long one that was told is remembered: until nobody can have older attributes cached. */
  static final Duration REMEMBERED_FOR = Duration.ofMinutes(2);

  private static final long TOLD_EVERY_MS = 500;
  private static final long DAY_S = Duration.ofDays(1).toSeconds();
  private static final long NS_PER_SECOND = 1_000_000_000;

  /** A read that the access time tells of, good while the change counter is the same. */
  private static final class Read {
    private final long changeCounter;
    private final long wallNs;
    private volatile boolean told;

    private Read(long changeCounter, long wallNs) {
      this.changeCounter = changeCounter;
      this.wallNs = wallNs;
    }

    private RecordReads.Read message(long inode) {
      return RecordReads.Read.newBuilder()
          .setInode(inode)
          .setChangeCounter(changeCounter)
          .setSeconds(Math.floorDiv(wallNs, NS_PER_SECOND))
          .setNanoseconds((int) Math.floorMod(wallNs, NS_PER_SECOND))
          .build();
    }
  }

  private final Metadata metadata;
  private final ClockSource clock;
  private final AccessTimePolicy policy;
  private final Map<Long, Read> reads = new ConcurrentHashMap<>();
  private final ScheduledExecutorService teller =
      Executors.newSingleThreadScheduledExecutor(NamedThreads.daemon("mount", "access-times"));

  AccessTimes(Metadata metadata, ClockSource clock, AccessTimePolicy policy) {
    this.metadata = metadata;
    this.clock = clock;
    this.policy = policy;
    teller.scheduleWithFixedDelay(this::tell, TOLD_EVERY_MS, TOLD_EVERY_MS, TimeUnit.MILLISECONDS);
  }

  /** Records that the file with these attributes is read. */
  void read(Attributes attributes) {
    if (VirtualFiles.isVirtual(attributes.getInode())
        || (attributes.getInodeFlags() & InodeFlags.NO_ACCESS_TIME) != 0) {
      return;
    }
    boolean sets =
        switch (policy.reads()) {
          case NOATIME -> false;
          case RELATIME -> !isKnown(attributes) && isDue(attributes);
          case STRICTATIME -> true;
        };
    if (sets && reads.size() < MAX_REMEMBERED) {
      reads.put(attributes.getInode(), new Read(attributes.getChangeCounter(), clock.wallTimeNs()));
    }
  }

  /** Records that the directory with these attributes is listed. */
  void listed(Attributes directory) {
    if (policy.directories()) {
      read(directory);
    }
  }

  private boolean isKnown(Attributes attributes) {
    Read known = reads.get(attributes.getInode());
    return known != null && known.changeCounter == attributes.getChangeCounter();
  }

  private boolean isDue(Attributes attributes) {
    long atimeS = attributes.getAtimeS();
    int atimeNs = attributes.getAtimeNs();
    return !isAfter(atimeS, atimeNs, attributes.getMtimeS(), attributes.getMtimeNs())
        || !isAfter(atimeS, atimeNs, attributes.getCtimeS(), attributes.getCtimeNs())
        || clock.wallTimeNs() / NS_PER_SECOND - atimeS >= DAY_S;
  }

  private static boolean isAfter(long seconds, int ns, long thanSeconds, int thanNs) {
    return seconds > thanSeconds || (seconds == thanSeconds && ns > thanNs);
  }

  /** The attributes with the access time that a read by this mount has set. */
  Attributes with(Attributes attributes) {
    Read read = reads.get(attributes.getInode());
    if (read == null || read.changeCounter != attributes.getChangeCounter()) {
      return attributes;
    }
    return attributes.toBuilder()
        .setAtimeS(Math.floorDiv(read.wallNs, NS_PER_SECOND))
        .setAtimeNs((int) Math.floorMod(read.wallNs, NS_PER_SECOND))
        .build();
  }

  /** Tells the master what it does not know, and forgets what it has known for long. */
  void tell() {
    RecordReads.Builder message = RecordReads.newBuilder();
    long forgottenBefore = clock.wallTimeNs() - REMEMBERED_FOR.toNanos();
    Iterator<Map.Entry<Long, Read>> entries = reads.entrySet().iterator();
    while (entries.hasNext()) {
      Map.Entry<Long, Read> entry = entries.next();
      Read read = entry.getValue();
      if (!read.told) {
        read.told = true;
        message.addReads(read.message(entry.getKey()));
      } else if (read.wallNs < forgottenBefore) {
        entries.remove();
      }
      if (message.getReadsCount() == MAX_TOLD_AT_ONCE) {
        send(message.build());
        message.clear();
      }
    }
    if (message.getReadsCount() > 0) {
      send(message.build());
    }
  }

  private void send(RecordReads message) {
    try {
      metadata.recordReads(message);
    } catch (IOException | RuntimeException e) {
      LOG.debug("{} access times are lost", message.getReadsCount(), e);
    }
  }

  /** Tells what is left, and ends. */
  void close() {
    teller.shutdown();
    tell();
  }
}
