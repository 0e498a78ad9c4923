package org.distrifs.proto.frame;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Pins the bytes of every type of frame. They were computed from {@code docs/data-plane.md} by a
 * program that knows nothing of this code; whoever changes one changes the format version.
 */
class GoldenFramesTest {
  private static final String HELLO =
      "44695346010100000000000e000000000000000000000000000000000000000012e39aa600000000"
          + "000000000000d15f056d6f756e74";
  private static final String HELLO_REPLY =
      "44695346018100000000001c0000000000000000000000000000000000000000f00e968400000000"
          + "0011000000000000d15f00000007010203040506070800046e6f2e21";
  private static final String WRITE =
      "44695346010200000000005900000002000000000000000900000000000000008136757e00000000"
          + "11223344556677880000000300000fff000000020000000000000055000000000000006600000000"
          + "000000770101020000000101020304050607081ce90161000000020102030405060709ffff033a3a"
          + "31cafebabe01020304";
  private static final String WRITE_AND_SYNC =
      "44695346010200000000005900000002000000000000000900000000000000005c163c1c00000000"
          + "11223344556677880000000300000fff000000020000000000000055000000000000006600000000"
          + "000000770301020000000101020304050607081ce90161000000020102030405060709ffff033a3a"
          + "31cafebabe01020304";
  private static final String READ =
      "44695346010300000000001d00000000000000000000000a00000000000000006e3503db00000000"
          + "1122334455667788ffffffff0102030405060708000020000010000003";
  private static final String SYNC =
      "44695346010400000000001400000000000000000000000b00000000000000009f5bfef700000000"
          + "1122334455667788000000030102030405060708";
  private static final String CHECKSUMS =
      "44695346010500000000001d00000000000000000000000c00000000000000005c2d873d00000000"
          + "1122334455667788000000030102030405060708000000000400000001";
  private static final String FENCE =
      "44695346010600000000001d00000000000000000000000d0000000000000000538eb76b00000000"
          + "1122334455667788000000040102030405060708000000000000000201";
  private static final String INSTALL =
      "44695346010700000000002d00000000000000000000000e00000000000000008028929b00000000"
          + "11223344556677880000000401020304050607080000000000000002ffffffff0300000001000000"
          + "0200000003";
  private static final String RECONCILE =
      "44695346010800000000003100000000000000000000000f0000000000000000b168538e00000000"
          + "11223344556677880000000401020304050607080000000000000002000000030102030405060708"
          + "1ceb066e6f64652d33";
  private static final String COPY =
      "44695346010a0000000000310000000000000000000000110000000000000000dbcbfd8a00000000"
          + "11223344556677880000000301020304050607080000000000000002000000030102030405060708"
          + "1ceb066e6f64652d33";
  private static final String PROBE =
      "44695346010900000000000800000000000000000000001000000000000000005a6a2d0400000000"
          + "0102030405060708";
  private static final String READ_REPLY =
      "44695346018300000000002300001008000000000000000a0000000000000000c26b0cfd00000000"
          + "000005000000000000000300002008000000000000004d0002cafebabe000000050000";
  private static final String WRITE_REPLY =
      "44695346018200000000002000000000000000000000000900000000000000001bbe7ee700000000"
          + "000c00000000020000000000000000000000000000000000000005676f6e652e";

  private static final long CHUNK = 0x1122334455667788L;
  private static final long INCARNATION = 0x0102030405060708L;
  private static final int[] NO_CHECKSUMS = {};

  private final FrameEncoder encoder = new FrameEncoder(UnpooledByteBufAllocator.DEFAULT);

  @Test
  void hello() throws FrameException {
    final Hello hello = new Hello(0xD15F, "mount");
    pin(HELLO, encoder.hello(hello));
    assertThat(HelloCodec.read(bodyOf(HELLO))).isEqualTo(hello);
  }

  @Test
  void helloReply() throws FrameException {
    final HelloReply reply = new HelloReply(Status.WRONG_CLUSTER, 0xD15F, 7, INCARNATION, "no.!");
    pin(HELLO_REPLY, encoder.helloReply(reply));
    assertThat(HelloCodec.readReply(bodyOf(HELLO_REPLY))).isEqualTo(reply);
  }

  @Test
  void write() throws FrameException {
    final int[] checksums = {0xCAFEBABE, 0x01020304};
    final List<ChainHop> chain =
        List.of(
            new ChainHop(1, INCARNATION, "a", 7401),
            new ChainHop(2, INCARNATION + 1, "::1", 65535));
    final DataRequest.Write write =
        new DataRequest.Write(
            CHUNK, 3, 4095, 2, 0x55, 0x66, 0x77, 1, chain, checksums, true, false);
    pinWrite(WRITE, write);
    pinWrite(WRITE_AND_SYNC, write.withSync(true));
  }

  private void pinWrite(String golden, DataRequest.Write write) throws FrameException {
    pin(golden, encoder.request(9, write, 2));
    assertThat(RequestCodec.read(FrameType.WRITE, bodyOf(golden), 2))
        .usingRecursiveComparison()
        .isEqualTo(write);
  }

  @Test
  void read() throws FrameException {
    pinRequest(
        READ, 10, new DataRequest.Read(CHUNK, 0xFFFFFFFF, INCARNATION, 8192, 1 << 20, true, true));
  }

  @Test
  void sync() throws FrameException {
    pinRequest(SYNC, 11, new DataRequest.Sync(CHUNK, 3, INCARNATION));
  }

  @Test
  void checksums() throws FrameException {
    pinRequest(
        CHECKSUMS, 12, new DataRequest.Checksums(CHUNK, 3, INCARNATION, 0, 64 << 20, true, false));
  }

  @Test
  void fence() throws FrameException {
    pinRequest(FENCE, 13, new DataRequest.Fence(CHUNK, 4, INCARNATION, 2, true));
  }

  @Test
  void install() throws FrameException {
    pinRequest(
        INSTALL,
        14,
        new DataRequest.Install(
            CHUNK, 4, INCARNATION, 2, List.of(1, 2, 3), DataRequest.KEEP_LENGTH));
  }

  @Test
  void reconcile() throws FrameException {
    final ChainHop source = new ChainHop(3, INCARNATION, "node-3", 7403);
    pinRequest(RECONCILE, 15, new DataRequest.Reconcile(CHUNK, 4, INCARNATION, 2, source));
  }

  @Test
  void copy() throws FrameException {
    final ChainHop source = new ChainHop(3, INCARNATION, "node-3", 7403);
    pinRequest(COPY, 17, new DataRequest.Copy(CHUNK, 3, INCARNATION, 2, source));
  }

  @Test
  void probe() throws FrameException {
    pinRequest(PROBE, 16, new DataRequest.Probe(INCARNATION));
  }

  @Test
  void answersOfReadAndWrite() throws FrameException {
    final DataReply read =
        new DataReply(Status.OK, 0, "", 3, 8200, 77, true, false, true, new int[] {0xCAFEBABE, 5});
    final DataReply write =
        new DataReply(
            Status.DOWNSTREAM_FAILED, 2, "gone.", 0, 0, 0, false, false, false, NO_CHECKSUMS);
    pin(READ_REPLY, encoder.reply(FrameType.READ, 10, read, 4104));
    pin(WRITE_REPLY, encoder.reply(FrameType.WRITE, 9, write, 0));
    assertThat(ReplyCodec.read(bodyOf(READ_REPLY))).usingRecursiveComparison().isEqualTo(read);
    assertThat(ReplyCodec.read(bodyOf(WRITE_REPLY))).usingRecursiveComparison().isEqualTo(write);
  }

  private void pinRequest(String golden, long requestId, DataRequest request)
      throws FrameException {
    pin(golden, encoder.request(requestId, request, 0));
    assertThat(RequestCodec.read(FrameType.of(request), bodyOf(golden), 0)).isEqualTo(request);
  }

  private static void pin(String golden, ByteBuf frame) throws FrameException {
    try {
      assertThat(ByteBufUtil.hexDump(frame)).isEqualTo(golden);
      final FrameHeader header = new FrameHeader().wrap(frame, 0);
      header.checkLimits();
      header.checkCrc();
    } finally {
      frame.release();
    }
  }

  private static ByteBuf bodyOf(String golden) {
    final byte[] frame = ByteBufUtil.decodeHexDump(golden);
    return Unpooled.wrappedBuffer(frame, FrameHeader.LENGTH, frame.length - FrameHeader.LENGTH);
  }
}
