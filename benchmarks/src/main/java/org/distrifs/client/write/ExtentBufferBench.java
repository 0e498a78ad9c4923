package org.distrifs.client.write;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * The buffer of unsent bytes; one operation fills a packet's slot and takes it out again. In the
 * buffer's own package, because nobody else may use it.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ExtentBufferBench {
  private static final int SLOT_BYTES = 512 << 10;

  /** An odd number: the writes of a slot in an order that never joins two of them at first. */
  private static final int STRIDE = 37;

  @Param({"4096", "131072"})
  public int writeBytes;

  private final ExtentBuffer buffer = new ExtentBuffer(SLOT_BYTES);
  private ByteBuffer source;

  @Setup
  public void setUp() {
    source = ByteBuffer.allocateDirect(writeBytes);
  }

  /** One write behind the other. */
  @Benchmark
  public void sequential() {
    for (int offset = 0; offset < SLOT_BYTES; offset += writeBytes) {
      buffer.write(offset, source.rewind());
    }
    release();
  }

  /** All over the slot, until nothing lacks. */
  @Benchmark
  public void scattered() {
    final int writes = SLOT_BYTES / writeBytes;
    for (int i = 0; i < writes; i++) {
      buffer.write((long) (i * STRIDE % writes) * writeBytes, source.rewind());
    }
    release();
  }

  private void release() {
    buffer.takeAll().forEach(Extent::release);
  }
}
