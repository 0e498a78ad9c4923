package org.distrifs.runtime.bounded;

import java.util.LinkedHashMap;
import java.util.Map;

/** A map that forgets an entry when one is added beyond its bound. Not thread-safe. */
public final class BoundedMap<K, V> extends LinkedHashMap<K, V> {
  private static final long serialVersionUID = 1L;

  private final int maxEntries;

  private BoundedMap(int maxEntries, boolean byUse) {
    super(16, 0.75f, byUse);
    this.maxEntries = maxEntries;
  }

  /** Forgets the entry that was read or put least recently. */
  public static <K, V> BoundedMap<K, V> byUse(int maxEntries) {
    return new BoundedMap<>(maxEntries, true);
  }

  /** Forgets the entry whose key was added first. Putting a key again does not make it younger. */
  public static <K, V> BoundedMap<K, V> byAge(int maxEntries) {
    return new BoundedMap<>(maxEntries, false);
  }

  @Override
  protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
    return size() > maxEntries;
  }
}
