package org.distrifs.benchmarks;

import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.distrifs.proto.checksum.BlockChecksums;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** CRC32C of each block of 4 KiB. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ChecksumBench {

  /** One block, and a full packet. */
  @Param({"4096", "524288"})
  public int bytes;

  private ByteBuffer data;

  /** Fills a direct buffer with bytes that are the same each time. */
  @Setup
  public void setUp() {
    final byte[] random = new byte[bytes];
    new Random(1).nextBytes(random);
    data = ByteBuffer.allocateDirect(bytes).put(random).flip();
  }

  @Benchmark
  public int[] ofParts() {
    return BlockChecksums.ofParts(data, 0);
  }
}
