package org.distrifs.client.file;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongConsumer;

/** Who is told of each inode of which accepted bytes were lost. Thread-safe. */
final class LossListeners implements LongConsumer {
  private final List<LongConsumer> listeners = new CopyOnWriteArrayList<>();

  void add(LongConsumer listener) {
    listeners.add(listener);
  }

  @Override
  public void accept(long inode) {
    listeners.forEach(listener -> listener.accept(inode));
  }
}
