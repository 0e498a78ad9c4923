package org.distrifs.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.distrifs.proto.frame.ChainHop;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.FrameEncoder;
import org.distrifs.proto.frame.FrameException;
import org.distrifs.proto.frame.FrameHeader;
import org.distrifs.proto.frame.FrameType;
import org.distrifs.proto.frame.RequestCodec;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** The header and body of a write to a chain of three, without its payload. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FrameCodecBench {
  private static final int BLOCK_BYTES = 4096;

  /** A small write, and a full packet with its 128 checksums. */
  @Param({"4096", "524288"})
  public int payloadBytes;

  private final FrameEncoder encoder = new FrameEncoder(PooledByteBufAllocator.DEFAULT);
  private final FrameHeader header = new FrameHeader();
  private DataRequest.Write write;
  private ByteBuf frame;

  /** Makes the request, and a frame of it to be read. */
  @Setup
  public void setUp() {
    write =
        new DataRequest.Write(
            1,
            1,
            0,
            payloadBytes,
            1,
            1,
            0,
            0,
            List.of(
                new ChainHop(1, 1, "10.0.0.1", 7401),
                new ChainHop(2, 1, "10.0.0.2", 7401),
                new ChainHop(3, 1, "10.0.0.3", 7401)),
            new int[payloadBytes / BLOCK_BYTES],
            false,
            false);
    frame = encoder.request(1, write, payloadBytes);
  }

  @TearDown
  public void tearDown() {
    frame.release();
  }

  /** Into a pooled buffer, and back to the pool. */
  @Benchmark
  public boolean encode() {
    return encoder.request(1, write, payloadBytes).release();
  }

  /** As a member does: the header with its checks, then the body. */
  @Benchmark
  public DataRequest decode() throws FrameException {
    header.wrap(frame, 0).checkMagic();
    header.checkLimits();
    header.checkCrc();
    return RequestCodec.read(
        FrameType.WRITE, frame.slice(FrameHeader.LENGTH, header.bodyLength()), payloadBytes);
  }
}
