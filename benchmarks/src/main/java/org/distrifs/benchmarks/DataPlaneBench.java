package org.distrifs.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.distrifs.proto.checksum.BlockChecksums;
import org.distrifs.proto.checksum.ContentHash;
import org.distrifs.proto.connection.ChunkListener;
import org.distrifs.proto.connection.ChunkRequestHandler;
import org.distrifs.proto.connection.IoThreads;
import org.distrifs.proto.connection.NodeIdentity;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.connection.SocketChunkTransport;
import org.distrifs.proto.frame.ChainHop;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;

/**
 * Measures the data plane alone, both ends in this process over loopback: bulk writes and reads in
 * MB/s and CPU seconds per GiB (of both ends together), the round trip of a small request, and what
 * checksums cost.
 */
public final class DataPlaneBench {
  private static final int PACKET_BYTES = 512 << 10;
  private static final int WINDOW = 8;
  private static final int BULK_PACKETS = 4096;
  private static final int PINGS = 20_000;
  private static final int ROUNDS = 3;
  private static final int TIMEOUT_MS = 30_000;
  private static final long INCARNATION = 1;

  private static final OperatingSystemMXBean PROCESS =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private final PrintStream out;
  private final IoThreads io = IoThreads.start("bench");
  private final SocketChunkTransport transport = new SocketChunkTransport(io, () -> 1, "bench");
  private final Path file;
  private final FileChannel channel;
  private final ChunkListener listener;
  private final PeerAddress peer;

  private DataPlaneBench(PrintStream out) throws IOException {
    this.out = out;
    file = Files.createTempFile("data-plane-bench", null);
    channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    channel.write(ByteBuffer.allocate(64 << 20), 0);
    listener =
        ChunkListener.start(
            io, "127.0.0.1", 0, true, () -> new NodeIdentity(1, 1, INCARNATION), this::serve);
    peer = new PeerAddress("127.0.0.1", listener.port());
  }

  /** Prints the table. */
  public static void main(String[] arguments) throws Exception {
    new DataPlaneBench(System.out).run();
  }

  private void run() throws IOException, InterruptedException {
    try {
      for (int round = 1; round <= ROUNDS; round++) {
        out.printf("round %d%n", round);
        writes();
        reads(PACKET_BYTES, BULK_PACKETS);
        reads(4096, PINGS);
        pings("ping", new DataRequest.Probe(INCARNATION));
        pings("read 4 KiB, one at a time", read(0, 4096));
        checksums();
      }
    } finally {
      transport.close();
      listener.close();
      io.close();
      channel.close();
      Files.delete(file);
    }
  }

  private void serve(DataRequest request, ByteBuf payload, ChunkRequestHandler.Answer answer) {
    payload.release();
    if (request instanceof DataRequest.Read read) {
      answer.replyFromFile(DataReply.ok(), channel, read.offset(), read.length(), blockedNs -> {});
    } else {
      answer.reply(DataReply.ok(), Unpooled.EMPTY_BUFFER);
    }
  }

  private void writes() throws InterruptedException {
    final ByteBuf packet = PooledByteBufAllocator.DEFAULT.directBuffer(PACKET_BYTES);
    packet.writeZero(PACKET_BYTES);
    final DataRequest.Write write =
        new DataRequest.Write(
            1,
            1,
            0,
            PACKET_BYTES,
            1,
            1,
            0,
            0,
            List.of(new ChainHop(1, INCARNATION, "127.0.0.1", 7401)),
            BlockChecksums.ofParts(packet, 0),
            false,
            false);
    final Meter meter = new Meter();
    stream(BULK_PACKETS, () -> packet.retainedDuplicate(), write);
    meter.bulk("write 512 KiB", (long) BULK_PACKETS * PACKET_BYTES);
    packet.release();
  }

  private void reads(int bytes, int count) throws InterruptedException {
    final Meter meter = new Meter();
    stream(count, () -> null, read(0, bytes));
    meter.bulk("read " + (bytes >> 10) + " KiB from a file", (long) count * bytes);
  }

  private interface Payload {
    ByteBuf next();
  }

  private void stream(int count, Payload payload, DataRequest request) throws InterruptedException {
    final Semaphore window = new Semaphore(WINDOW);
    for (int i = 0; i < count; i++) {
      window.acquire();
      transport
          .send(peer, request, payload.next(), TIMEOUT_MS)
          .whenComplete(
              (answer, failure) -> {
                if (failure == null) {
                  answer.payload().release();
                }
                window.release();
              });
    }
    window.acquire(WINDOW);
  }

  private void pings(String name, DataRequest request) {
    final long[] ns = new long[PINGS];
    final Meter meter = new Meter();
    for (int i = 0; i < PINGS; i++) {
      final long before = System.nanoTime();
      transport.send(peer, request, null, TIMEOUT_MS).join().payload().release();
      ns[i] = System.nanoTime() - before;
    }
    Arrays.sort(ns);
    out.printf(
        "  %-28s median %5.1f µs   99 %% %6.1f µs   CPU %5.1f µs%n",
        name, ns[PINGS / 2] / 1e3, ns[PINGS * 99 / 100] / 1e3, meter.cpuSeconds() * 1e6 / PINGS);
  }

  private void checksums() {
    final ByteBuffer mib = ByteBuffer.allocateDirect(1 << 20);
    final ByteBuf packet = Unpooled.wrappedBuffer(mib);
    final ByteBuffer hash = ByteBuffer.allocate(ContentHash.LENGTH);
    final Meter blocks = new Meter();
    for (int i = 0; i < 1024; i++) {
      BlockChecksums.ofParts(packet, 0);
    }
    blocks.bulk("CRC32C of blocks", 1L << 30);
    final Meter hashes = new Meter();
    for (int i = 0; i < 1024; i++) {
      ContentHash.write(mib, hash.clear());
    }
    hashes.bulk("content hash", 1L << 30);
  }

  private static DataRequest.Read read(int offset, int length) {
    return new DataRequest.Read(1, 1, INCARNATION, offset, length, false, false);
  }

  /** Time and CPU from its making on. */
  private final class Meter {
    private final long startNs = System.nanoTime();
    private final long startCpuNs = PROCESS.getProcessCpuTime();

    double cpuSeconds() {
      return (PROCESS.getProcessCpuTime() - startCpuNs) / 1e9;
    }

    void bulk(String name, long bytes) {
      final double seconds = (System.nanoTime() - startNs) / 1e9;
      final double gib = bytes / (double) (1L << 30);
      out.printf(
          "  %-28s %6.0f MB/s   %5.2f CPU s/GiB%n",
          name, bytes / 1e6 / seconds, cpuSeconds() / gib);
    }
  }
}
