package org.distrifs.proto.connection;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import java.util.concurrent.TimeUnit;

/**
 * Notices that the other side of a connection takes no bytes. Asked now and then on the I/O thread.
 * The kernel notices that of TCP only ({@code TCP_USER_TIMEOUT}).
 */
final class SendStall {
  private Object first;
  private long sentBytes;
  private long sinceNs;

  /**
   * For how long no byte has left, as far as the calls tell: the first one that finds bytes waiting
   * answers 0.
   */
  long ms(Channel channel, long nowNs) {
    final ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
    final Object nowFirst = waiting == null ? null : waiting.current();
    final long nowSentBytes = nowFirst == null ? 0 : waiting.currentProgress();
    if (nowFirst == null || nowFirst != first || nowSentBytes != sentBytes) {
      first = nowFirst;
      sentBytes = nowSentBytes;
      sinceNs = nowNs;
    }
    return TimeUnit.NANOSECONDS.toMillis(nowNs - sinceNs);
  }
}
