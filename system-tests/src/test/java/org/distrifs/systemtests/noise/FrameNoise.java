package org.distrifs.systemtests.noise;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32C;
import org.distrifs.proto.frame.FrameEncoder;
import org.distrifs.proto.frame.FrameHeader;
import org.distrifs.proto.frame.FrameType;
import org.distrifs.proto.frame.Hello;

/**
 * Sends frames to a port. Most are well formed and have random fields; others are damaged or cut
 * short. Connects again whenever the listener closes the connection. One thread.
 */
public final class FrameNoise {
  private static final int READ_BOUND_MS = 10_000;
  private static final int CRC_AT = 32;
  private static final int BODY_LENGTH_AT = 8;
  private static final int PAYLOAD_LENGTH_AT = 12;
  private static final int TYPE_AT = 5;

  /** How many well-formed frames are sent on one connection. */
  private static final int FRAMES_PER_CONNECTION = 200;

  private final int port;
  private final byte[] hello;
  private final long incarnation;
  private final Random random;
  private final RandomRequests requests;

  /**
   * @param incarnation that of the listening datanode; any number for other ports
   */
  public FrameNoise(int port, long clusterId, long incarnation, long seed) {
    this.port = port;
    this.incarnation = incarnation;
    this.random = new Random(seed);
    this.requests = new RandomRequests(random);
    final ByteBuf frame =
        new FrameEncoder(UnpooledByteBufAllocator.DEFAULT).hello(new Hello(clusterId, "noise"));
    this.hello = new byte[frame.readableBytes()];
    frame.readBytes(hello).release();
  }

  /**
   * Sends frames.
   *
   * @throws IOException if the port refuses connections, or keeps one open without an answer after
   *     a malformed frame
   */
  public void send(long frames) throws IOException {
    long sent = 0;
    while (sent < frames) {
      try (Socket socket = new Socket("127.0.0.1", port)) {
        socket.setSoTimeout(READ_BOUND_MS);
        sent += converse(socket, Math.min(frames - sent, FRAMES_PER_CONNECTION));
      }
    }
  }

  private long converse(Socket socket, long frames) throws IOException {
    // A listener stops serving a peer that does not read its answers, so read them.
    final Thread drain = new Thread(() -> drain(socket));
    drain.start();
    long sent = 0;
    try {
      final OutputStream out = socket.getOutputStream();
      if (random.nextInt(20) > 0) {
        out.write(hello);
      }
      boolean goesOn = true;
      while (goesOn && sent < frames) {
        final byte[] frame = requests.next(incarnation);
        sent++;
        if (random.nextInt(40) == 0) {
          out.write(damaged(frame));
          goesOn = false;
        } else {
          out.write(frame);
        }
      }
      socket.shutdownOutput();
    } catch (IOException e) {
      // The listener has closed the connection, as it should after most of these frames.
      sent = Math.max(1, sent);
    }
    try {
      drain.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return sent;
  }

  private static void drain(Socket socket) {
    try {
      socket.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      // Reset or timed out: the connection has ended in both cases.
      return;
    }
  }

  private byte[] damaged(byte[] frame) {
    final byte[] bytes = frame.clone();
    return switch (random.nextInt(5)) {
      case 0 -> Arrays.copyOf(bytes, random.nextInt(bytes.length));
      case 1 -> {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        yield bytes;
      }
      case 2 -> withLengths(bytes, random.nextInt(), random.nextInt());
      case 3 -> withLengths(bytes, random.nextInt(1 << 15), random.nextInt(1 << 21));
      default -> randomBody();
    };
  }

  /** A frame whose header has other lengths, and a checksum that matches. */
  private byte[] withLengths(byte[] frame, int body, int payload) {
    ByteBuffer.wrap(frame).putInt(BODY_LENGTH_AT, body).putInt(PAYLOAD_LENGTH_AT, payload);
    return withCrc(frame, Math.max(0, Math.min(body, frame.length - FrameHeader.LENGTH)));
  }

  /** A frame with a valid header and checksum, and a random body. */
  private byte[] randomBody() {
    final int body = random.nextInt(FrameHeader.MAX_BODY_BYTES + 1);
    final byte[] frame = new byte[FrameHeader.LENGTH + body];
    random.nextBytes(frame);
    final FrameType[] types = FrameType.values();
    ByteBuffer.wrap(frame)
        .putInt(0, FrameHeader.MAGIC)
        .put(FrameHeader.MAGIC_LENGTH, (byte) FrameHeader.FORMAT_VERSION)
        .put(TYPE_AT, (byte) types[random.nextInt(types.length)].code())
        .putInt(BODY_LENGTH_AT, body)
        .putInt(PAYLOAD_LENGTH_AT, random.nextInt(3) == 0 ? random.nextInt(1 << 20) : 0);
    return withCrc(frame, body);
  }

  private static byte[] withCrc(byte[] frame, int body) {
    final CRC32C crc = new CRC32C();
    crc.update(frame, 0, CRC_AT);
    crc.update(frame, FrameHeader.LENGTH, body);
    ByteBuffer.wrap(frame).putInt(CRC_AT, (int) crc.getValue());
    return frame;
  }
}
