package org.distrifs.proto.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.distrifs.proto.checksum.BlockChecksums;
import org.distrifs.runtime.clock.Seeds;
import org.junit.jupiter.api.Test;

class FrameCodecTest {
  private static final int ROUNDS = 1000;

  private final FrameEncoder encoder = new FrameEncoder(UnpooledByteBufAllocator.DEFAULT);
  private final Random random = new Random(Seeds.fromPropertyOrFresh());

  @Test
  void whatIsWrittenIsReadBack() throws FrameException {
    for (int round = 0; round < ROUNDS; round++) {
      final DataRequest request = anyRequest();
      final int payload = request instanceof DataRequest.Write write ? write.length() : 0;
      final ByteBuf frame = encoder.request(random.nextLong(), request, payload);
      assertThat(RequestCodec.read(FrameType.of(request), body(frame), payload))
          .usingRecursiveComparison()
          .isEqualTo(request);
      frame.release();
    }
  }

  @Test
  void anyFlippedBitOfAFrameIsNoticed() {
    for (int round = 0; round < ROUNDS; round++) {
      final ByteBuf frame = encoder.request(round, anyRequest(false), 0);
      final int at = random.nextInt(frame.readableBytes());
      // The last four bytes of the header are reserved and not looked at.
      if (at < FrameHeader.LENGTH - 4 || at >= FrameHeader.LENGTH) {
        frame.setByte(at, frame.getByte(at) ^ 1 << random.nextInt(8));
        assertThatThrownBy(() -> check(frame)).isInstanceOf(FrameException.class);
      }
      frame.release();
    }
  }

  @Test
  void randomBodiesAreRefusedOrReadButNeverCrash() {
    final byte[] bytes = new byte[400];
    for (int round = 0; round < ROUNDS; round++) {
      random.nextBytes(bytes);
      final ByteBuf body = Unpooled.wrappedBuffer(bytes, 0, random.nextInt(bytes.length));
      for (final FrameType type : FrameType.values()) {
        attempt(() -> RequestCodec.read(type, body.duplicate(), 0));
      }
      attempt(() -> ReplyCodec.read(body.duplicate()));
      attempt(() -> HelloCodec.read(body.duplicate()));
      attempt(() -> HelloCodec.readReply(body.duplicate()));
    }
  }

  @Test
  void aBodyWithBytesTooManyOrTooFewIsRefused() {
    final ByteBuf frame = encoder.request(1, new DataRequest.Probe(2), 0);
    final ByteBuf body = body(frame);
    assertThatThrownBy(() -> RequestCodec.read(FrameType.PROBE, body.slice(0, 7), 0))
        .isInstanceOf(FrameException.class)
        .hasMessageContaining("too short");
    assertThatThrownBy(() -> RequestCodec.read(FrameType.SYNC, body.duplicate(), 0))
        .isInstanceOf(FrameException.class);
    assertThatThrownBy(() -> RequestCodec.read(FrameType.PROBE, body.duplicate(), 1))
        .isInstanceOf(FrameException.class)
        .hasMessageContaining("payload of 1");
    frame.release();
  }

  @Test
  void anotherFormatVersionIsNamedTogetherWithOurs() {
    final ByteBuf frame = encoder.hello(new Hello(1, "later release"));
    frame.setByte(4, 9);
    assertThatThrownBy(() -> check(frame))
        .isInstanceOfSatisfying(FrameException.class, e -> assertThat(e.isOtherVersion()).isTrue())
        .hasMessageContaining("format 9")
        .hasMessageContaining("format 1");
    frame.release();
  }

  @Test
  void whatDoesNotFitIntoAFrameIsRefusedByTheSender() {
    final List<ChainHop> chain =
        IntStream.range(0, 17).mapToObj(i -> new ChainHop(i, i, "h", 1)).toList();
    assertThatThrownBy(() -> encoder.request(1, write(0, 1, chain), 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () ->
                encoder.request(1, write(0, 1, List.of(new ChainHop(1, 1, "h".repeat(256), 1))), 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("host name");
    final DataReply tooLong =
        new DataReply(Status.OK, 0, "", 0, 0, 0, false, false, false, new int[5000]);
    assertThatThrownBy(() -> encoder.reply(FrameType.READ, 1, tooLong, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("16384");
  }

  @Test
  void aDetailThatIsTooLongIsCutBetweenCharacters() throws FrameException {
    final String detail = "x" + "é".repeat(600) + "😀";
    final ByteBuf frame =
        encoder.reply(FrameType.READ, 1, DataReply.failure(Status.IO_FAILURE, detail), 0);
    assertThat(ReplyCodec.read(body(frame)).detail()).isEqualTo("x" + "é".repeat(499));
    frame.release();
  }

  @Test
  void aPeerCannotForgeLogLines() throws FrameException {
    final ByteBuf frame = encoder.hello(new Hello(1, "me\n2026 ERROR all is lost\u0085"));
    assertThat(HelloCodec.read(body(frame)).name()).isEqualTo("me?2026 ERROR all is lost?");
    frame.release();
  }

  private static void check(ByteBuf frame) throws FrameException {
    final FrameHeader header = new FrameHeader().wrap(frame, 0);
    header.checkLimits();
    if (header.bodyLength() > frame.readableBytes() - FrameHeader.LENGTH) {
      throw new FrameException("longer than what is there: a connection would wait");
    }
    header.checkCrc();
  }

  private static ByteBuf body(ByteBuf frame) {
    return frame.slice(FrameHeader.LENGTH, frame.readableBytes() - FrameHeader.LENGTH);
  }

  private interface Decode {
    Object run() throws FrameException;
  }

  private static void attempt(Decode decode) {
    try {
      assertThat(decode.run()).isNotNull();
    } catch (FrameException e) {
      assertThat(e.getMessage()).isNotEmpty();
    }
  }

  private DataRequest anyRequest() {
    return anyRequest(true);
  }

  private DataRequest anyRequest(boolean writesToo) {
    final long chunk = random.nextLong();
    final int version = random.nextInt();
    final long incarnation = random.nextLong();
    final int offset = random.nextInt(64 << 20);
    final int length = random.nextInt(DataRequest.MAX_PAYLOAD_BYTES + 1);
    final boolean yes = random.nextBoolean();
    final boolean no = random.nextBoolean();
    return switch (random.nextInt(writesToo ? 9 : 8)) {
      case 0 -> new DataRequest.Read(chunk, version, incarnation, offset, length, yes, no);
      case 1 -> new DataRequest.Sync(chunk, version, incarnation);
      case 2 -> new DataRequest.Checksums(chunk, version, incarnation, offset, length, yes, no);
      case 3 -> new DataRequest.Fence(chunk, version, incarnation, random.nextLong(), yes);
      case 4 ->
          new DataRequest.Install(
              chunk, version, incarnation, random.nextLong(), List.of(random.nextInt()), length);
      case 5 ->
          new DataRequest.Reconcile(
              chunk, version, incarnation, random.nextLong(), anyChain().get(0));
      case 6 -> new DataRequest.Probe(incarnation);
      case 7 ->
          new DataRequest.Copy(chunk, version, incarnation, random.nextLong(), anyChain().get(0));
      default -> write(offset, length, anyChain());
    };
  }

  private List<ChainHop> anyChain() {
    final List<ChainHop> chain = new ArrayList<>();
    final int members = 1 + random.nextInt(DataRequest.MAX_CHAIN_MEMBERS);
    for (int i = 0; i < members; i++) {
      final String host = "ü".repeat(random.nextInt(128));
      chain.add(new ChainHop(random.nextInt(), random.nextLong(), host, random.nextInt(65536)));
    }
    return chain;
  }

  private DataRequest.Write write(int offset, int length, List<ChainHop> chain) {
    final int[] checksums =
        IntStream.generate(random::nextInt).limit(BlockChecksums.count(offset, length)).toArray();
    return new DataRequest.Write(
        random.nextLong(),
        random.nextInt(),
        offset,
        length,
        random.nextLong(),
        random.nextLong(),
        random.nextLong(),
        chain.size() - 1,
        chain,
        checksums,
        random.nextBoolean(),
        random.nextBoolean());
  }
}
