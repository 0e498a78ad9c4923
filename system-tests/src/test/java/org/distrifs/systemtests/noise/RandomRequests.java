package org.distrifs.systemtests.noise;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.distrifs.proto.frame.ChainHop;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.FrameEncoder;

/**
 * Draws well-formed requests of the data plane with random fields. Those that change replicas name
 * a wrong incarnation, because nothing protects a cluster from a program that knows the right one
 * and lies. Not thread-safe.
 */
final class RandomRequests {
  /** The highest chunk id that is drawn. Ids are given out in sequence, so low ones exist. */
  private static final int LIKELY_CHUNKS = 60;

  private static final int MAX_PAYLOAD_BYTES = 20_000;

  private final Random random;
  private final FrameEncoder encoder = new FrameEncoder(UnpooledByteBufAllocator.DEFAULT);

  RandomRequests(Random random) {
    this.random = random;
  }

  /**
   * The bytes of a frame, with its payload.
   *
   * @param incarnation that of the listener, for requests that change nothing
   */
  byte[] next(long incarnation) {
    final long looking = random.nextInt(4) == 0 ? random.nextLong() : incarnation;
    final DataRequest request =
        switch (random.nextInt(9)) {
          case 0, 1 -> write();
          case 2 ->
              new DataRequest.Read(
                  chunk(),
                  version(),
                  looking,
                  number(),
                  number(),
                  random.nextBoolean(),
                  random.nextBoolean());
          case 3 -> new DataRequest.Sync(chunk(), version(), looking);
          case 4 ->
              new DataRequest.Checksums(
                  chunk(),
                  version(),
                  looking,
                  number(),
                  number(),
                  random.nextBoolean(),
                  random.nextBoolean());
          case 5 ->
              new DataRequest.Fence(
                  chunk(), version(), random.nextLong(), random.nextLong(), random.nextBoolean());
          case 6 ->
              new DataRequest.Install(
                  chunk(), version(), random.nextLong(), random.nextLong(), nodes(), number());
          case 7 ->
              random.nextBoolean()
                  ? new DataRequest.Reconcile(
                      chunk(), version(), random.nextLong(), random.nextLong(), hop())
                  : new DataRequest.Copy(
                      chunk(), version(), random.nextLong(), random.nextLong(), hop());
          default -> new DataRequest.Probe(looking);
        };
    return frame(request);
  }

  private byte[] frame(DataRequest request) {
    final int payload = request instanceof DataRequest.Write write ? write.length() : 0;
    final ByteBuf head = encoder.request(random.nextLong(), request, payload);
    final byte[] bytes = new byte[head.readableBytes() + payload];
    random.nextBytes(bytes);
    head.readBytes(bytes, 0, head.readableBytes()).release();
    return bytes;
  }

  private DataRequest write() {
    final int offset = random.nextInt(1 << 20);
    final int length = 1 + random.nextInt(MAX_PAYLOAD_BYTES);
    final int block = DataRequest.BLOCK_BYTES;
    final int[] checksums = new int[(offset + length - 1) / block - offset / block + 1];
    for (int i = 0; i < checksums.length; i++) {
      checksums[i] = random.nextInt();
    }
    final List<ChainHop> chain = new ArrayList<>();
    for (int i = random.nextInt(DataRequest.MAX_CHAIN_MEMBERS); i >= 0; i--) {
      chain.add(hop());
    }
    return new DataRequest.Write(
        chunk(),
        version(),
        offset,
        length,
        random.nextLong(),
        random.nextLong(),
        random.nextInt(3),
        random.nextInt(chain.size()),
        chain,
        checksums,
        random.nextBoolean(),
        random.nextBoolean());
  }

  private ChainHop hop() {
    return new ChainHop(
        1 + random.nextInt(5), random.nextLong(), "127.0.0.1", 1 + random.nextInt(65_535));
  }

  private List<Integer> nodes() {
    final List<Integer> nodes = new ArrayList<>();
    for (int i = random.nextInt(DataRequest.MAX_CHAIN_MEMBERS); i >= 0; i--) {
      nodes.add(1 + random.nextInt(5));
    }
    return nodes;
  }

  private long chunk() {
    return random.nextBoolean() ? random.nextInt(LIKELY_CHUNKS) : random.nextLong();
  }

  private int version() {
    return random.nextBoolean() ? random.nextInt(4) : random.nextInt();
  }

  private int number() {
    return switch (random.nextInt(3)) {
      case 0 -> random.nextInt();
      case 1 -> random.nextInt(16) * DataRequest.BLOCK_BYTES;
      default -> random.nextInt(1 << 20);
    };
  }
}
