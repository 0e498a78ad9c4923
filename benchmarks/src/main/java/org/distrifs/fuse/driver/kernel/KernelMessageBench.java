package org.distrifs.fuse.driver.kernel;

import com.google.protobuf.ByteString;
import java.util.concurrent.TimeUnit;
import org.distrifs.fuse.driver.NativeMemory;
import org.distrifs.fuse.driver.RequestHeader;
import org.distrifs.proto.control.SetAttributes;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What requests of the kernel are read into. In the messages' own package, because nobody else may
 * use them.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class KernelMessageBench {
  private static final int MEMORY_BYTES = 4096;

  private final RequestHeader header = new RequestHeader();
  private long lookup;
  private long write;
  private long setattr;

  /** Lays the requests out as the kernel does, {@code include/uapi/linux/fuse.h}. */
  @Setup
  public void setUp() {
    lookup = request(Opcode.LOOKUP);
    NativeMemory.putString(
        lookup + RequestHeader.BYTES, ByteString.copyFromUtf8("a-name-of-usual-length.txt"));
    write = request(Opcode.WRITE);
    NativeMemory.IO.putInt(write + RequestHeader.BYTES + 16, MEMORY_BYTES);
    setattr = request(Opcode.SETATTR);
    NativeMemory.IO.putInt(
        setattr + RequestHeader.BYTES,
        SetattrRequest.MODE | SetattrRequest.SIZE | SetattrRequest.MTIME);
  }

  private static long request(int opcode) {
    final long address = NativeMemory.allocate(MEMORY_BYTES);
    NativeMemory.IO.putInt(address, MEMORY_BYTES);
    NativeMemory.IO.putInt(address + 4, opcode);
    return address;
  }

  @TearDown
  public void tearDown() {
    NativeMemory.free(lookup);
    NativeMemory.free(write);
    NativeMemory.free(setattr);
  }

  /** Caller, directory and name. */
  @Benchmark
  public void lookup(Blackhole consumer) {
    header.begin(lookup);
    consumer.consume(header.opcode());
    consumer.consume(header.node());
    consumer.consume(header.caller());
    consumer.consume(NativeMemory.name(header.body()));
    header.end();
  }

  /** Where to, and how many bytes. */
  @Benchmark
  public void write(Blackhole consumer) {
    header.begin(write);
    consumer.consume(header.opcode());
    consumer.consume(TransferRequest.handle(header.body()));
    consumer.consume(TransferRequest.offset(header.body()));
    consumer.consume(TransferRequest.sizeBytes(header.body()));
    consumer.consume(TransferRequest.writeFlags(header.body()));
    header.end();
  }

  /** The change that goes to the master. */
  @Benchmark
  public SetAttributes setattr() {
    header.begin(setattr);
    final SetAttributes change = SetattrRequest.change(header.body(), header.node());
    header.end();
    return change;
  }
}
