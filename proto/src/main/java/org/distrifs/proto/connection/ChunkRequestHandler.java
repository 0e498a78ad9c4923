package org.distrifs.proto.connection;

import io.netty.buffer.ByteBuf;
import java.nio.channels.FileChannel;
import java.util.function.LongConsumer;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;

/** The answering side of the data plane, owned by the datanode. */
public interface ChunkRequestHandler {

  /**
   * Takes a request. Called on the I/O thread of the connection that it came on, in the order in
   * which requests arrived on it; must not block: disk work goes to other threads.
   *
   * @param payload direct; the handler owns it and releases it, also when it answers with a
   *     failure. Empty for requests without payload.
   * @param answer to be used exactly once, from any thread
   */
  void handle(DataRequest request, ByteBuf payload, Answer answer);

  /** Takes the answer to one request. */
  interface Answer {
    /**
     * Answers with a payload from memory.
     *
     * @param payload ownership passes; may be {@code io.netty.buffer.Unpooled.EMPTY_BUFFER}
     */
    void reply(DataReply reply, ByteBuf payload);

    /**
     * Answers with bytes of a file, which go from the page cache to the socket without passing
     * through this process.
     *
     * @param done runs exactly once, when the bytes have been sent or can no longer be sent; gets
     *     for how many nanoseconds the last piece of them kept the I/O thread, which has waited for
     *     the disk if they are many, and 0 if not all were sent
     */
    void replyFromFile(
        DataReply reply, FileChannel file, long position, int length, LongConsumer done);
  }
}
