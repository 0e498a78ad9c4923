package org.distrifs.proto.connection;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.util.collection.LongObjectHashMap;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.distrifs.proto.connection.TransportException.Cause;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.FrameEncoder;
import org.distrifs.proto.frame.FrameException;
import org.distrifs.proto.frame.FrameHeader;
import org.distrifs.proto.frame.FrameType;
import org.distrifs.proto.frame.Hello;
import org.distrifs.proto.frame.HelloCodec;
import org.distrifs.proto.frame.HelloReply;
import org.distrifs.proto.frame.ReplyCodec;
import org.distrifs.proto.frame.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The asking end of one connection, from the attempt to connect until it is closed. A connection
 * that broke is replaced by another object. All state is confined to its I/O thread; {@link
 * #submit} and {@link #close} may be called on any.
 */
final class PeerConnection implements FrameSink {
  /** The most requests of a connection that wait to be sent or to be answered. */
  static final int MAX_EXCHANGES = 16_384;

  private static final int MIN_IDLE_LOOK_MS = 25;

  private static final Logger LOG = LoggerFactory.getLogger(PeerConnection.class);

  private enum State {
    CONNECTING,
    GREETING,
    OPEN,
    CLOSED
  }

  private final Peer peer;
  private final int lane;
  private final IoThreads io;
  private final EventLoop loop;
  private final Hello hello;
  private final ConnectionBounds bounds;

  /**
   * Requests that are on their way to the I/O thread. One that it makes itself comes after them.
   */
  private final AtomicInteger handedOver = new AtomicInteger();

  private final ExpiryTimer expiry;
  private final Queue<Exchange> waiting = new ArrayDeque<>();
  private final LongObjectHashMap<Exchange> inFlight = new LongObjectHashMap<>();
  private State state = State.CONNECTING;
  private Channel channel;
  private FrameReader reader;
  private FrameEncoder encoder;
  private long lastRequestId;
  private long lastSentNs = System.nanoTime();
  private ScheduledFuture<?> watch;

  private final SendStall stall = new SendStall();

  /** Why it is closed. */
  private TransportException end;

  PeerConnection(Peer peer, int lane, IoThreads io, Hello hello, ConnectionBounds bounds) {
    this.peer = peer;
    this.lane = lane;
    this.io = io;
    this.loop = io.group().next();
    this.expiry = new ExpiryTimer(loop, this::expire);
    this.hello = hello;
    this.bounds = bounds;
  }

  int lane() {
    return lane;
  }

  /** Begins to connect. Any thread. */
  void start() {
    io.resolve(peer.address().host())
        .whenComplete((address, failure) -> execute(() -> resolved(address, failure)));
  }

  /**
   * Sends a request as soon as the connection is open, after those of all earlier calls. Any
   * thread.
   *
   * @throws RejectedExecutionException if the I/O threads have ended
   */
  void submit(Exchange exchange) {
    if (loop.inEventLoop() && handedOver.get() == 0) {
      accept(exchange);
      return;
    }
    handedOver.incrementAndGet();
    loop.execute(
        () -> {
          handedOver.decrementAndGet();
          accept(exchange);
        });
  }

  /** Closes for good and fails what is under way. Any thread. */
  void close() {
    execute(() -> end(Cause.CLOSED, "this process closed its connection to " + peer.address()));
  }

  private void execute(Runnable action) {
    try {
      loop.execute(action);
    } catch (RejectedExecutionException e) {
      LOG.debug("The I/O threads ended before the connection to {}", peer.address());
    }
  }

  private void resolved(InetAddress address, Throwable failure) {
    if (state != State.CONNECTING) {
      return;
    }
    if (failure != null) {
      final Throwable why = failure instanceof CompletionException ? failure.getCause() : failure;
      end(Cause.UNREACHABLE, "cannot find the address of " + peer.address() + ": " + why);
      return;
    }
    final InetSocketAddress tcp = new InetSocketAddress(address, peer.address().port());
    if (io.isEpoll()) {
      connect(io.localSocketType(), LocalSockets.beside(tcp))
          .addListener((ChannelFuture connected) -> connectedHere(connected, tcp));
    } else {
      connectByTcp(tcp);
    }
  }

  private void connectedHere(ChannelFuture connected, InetSocketAddress tcp) {
    if (connected.isSuccess() && LocalSockets.isTrusted(connected.channel())) {
      connected(connected);
      return;
    }
    if (connected.isSuccess()) {
      LOG.warn(
          "The Unix socket of {} belongs to another user, so this process connects by TCP",
          peer.address());
      // Its end is not that of the connection by TCP.
      channel.pipeline().remove(reader);
      channel.close();
    }
    if (state == State.CONNECTING) {
      connectByTcp(tcp);
    }
  }

  private void connectByTcp(InetSocketAddress tcp) {
    connect(io.socketType(), tcp).addListener((ChannelFuture connected) -> connected(connected));
  }

  private ChannelFuture connect(Class<? extends Channel> type, SocketAddress address) {
    return new Bootstrap()
        .group(loop)
        .channel(type)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, bounds.connectMs())
        .handler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel fresh) {
                channel = fresh;
                reader = Sockets.prepare(fresh, PeerConnection.this, io, bounds);
                encoder = new FrameEncoder(fresh.alloc());
              }
            })
        .connect(address);
  }

  private void connected(ChannelFuture connected) {
    if (state != State.CONNECTING) {
      connected.channel().close();
    } else if (!connected.isSuccess()) {
      final Throwable failure = connected.cause();
      if (io.isRefusal(failure)) {
        end(Cause.REFUSED, "nobody listens on " + peer.address());
      } else {
        end(Cause.UNREACHABLE, "cannot connect to " + peer.address() + ": " + failure.getMessage());
      }
    } else {
      state = State.GREETING;
      channel.writeAndFlush(encoder.hello(hello), channel.voidPromise());
      watch = loop.schedule(this::greetingOverdue, bounds.helloMs(), TimeUnit.MILLISECONDS);
    }
  }

  private void greetingOverdue() {
    if (state == State.GREETING) {
      end(
          Cause.UNREACHABLE,
          peer.address() + " did not answer HELLO within " + bounds.helloMs() + " ms");
    }
  }

  private void accept(Exchange exchange) {
    if (state == State.CLOSED) {
      refuse(exchange);
    } else if (waiting.size() + inFlight.size() >= MAX_EXCHANGES) {
      exchange.dropPayload();
      exchange.complete(
          failure(
              Status.OVERLOADED,
              MAX_EXCHANGES + " requests to " + peer.address() + " are under way"));
    } else {
      expiry.fireBy(exchange.deadlineNs());
      if (state == State.OPEN) {
        transmit(exchange);
      } else {
        waiting.add(exchange);
      }
    }
  }

  private void transmit(Exchange exchange) {
    final long requestId = ++lastRequestId;
    final ByteBuf head;
    try {
      head = encoder.request(requestId, exchange.request(), exchange.payloadLength());
    } catch (IllegalArgumentException e) {
      exchange.dropPayload();
      exchange.fail(e);
      return;
    } catch (OutOfMemoryError e) {
      exchange.dropPayload();
      exchange.complete(failure(Status.OVERLOADED, "this process has no memory for a frame"));
      return;
    }
    inFlight.put(requestId, exchange);
    lastSentNs = System.nanoTime();
    final ByteBuf payload = exchange.takePayload();
    if (payload.isReadable()) {
      channel.write(head, channel.voidPromise());
      channel.write(payload).addListener(exchange);
    } else {
      payload.release();
      channel.write(head).addListener(exchange);
    }
    // One that is alone leaves at once: what its thread does next would only hold it up.
    Sockets.flush(channel, inFlight.size() == 1);
  }

  @Override
  public boolean isReady() {
    return state != State.CLOSED;
  }

  @Override
  public Object decode(FrameHeader header, FrameType type, ByteBuf body) throws FrameException {
    if (!header.isAnswer()) {
      throw new FrameException("a listener sent a request");
    }
    if ((type == FrameType.HELLO) != (state == State.GREETING)) {
      throw new FrameException("an answer of type " + type + " came while " + state);
    }
    return type == FrameType.HELLO ? HelloCodec.readReply(body) : ReplyCodec.read(body);
  }

  @Override
  public void take(FrameType type, long requestId, Object body, ByteBuf payload)
      throws FrameException {
    if (body instanceof HelloReply reply) {
      payload.release();
      greeted(reply);
      return;
    }
    final Exchange exchange = inFlight.remove(requestId);
    if (exchange == null) {
      // The exchange has timed out already.
      payload.release();
    } else if (exchange.type() != type) {
      payload.release();
      inFlight.put(requestId, exchange);
      throw new FrameException("a " + exchange.type() + " was answered as if it were a " + type);
    } else {
      exchange.complete(new ChunkAnswer((DataReply) body, payload));
    }
  }

  private void greeted(HelloReply reply) {
    if (reply.status() != Status.OK) {
      refused(reply.status(), reply.detail());
    } else if (hello.clusterId() != 0
        && reply.clusterId() != 0
        && hello.clusterId() != reply.clusterId()) {
      refused(
          Status.WRONG_CLUSTER,
          String.format(
              "%s belongs to cluster %016x, this process to cluster %016x",
              peer.address(), reply.clusterId(), hello.clusterId()));
    } else {
      state = State.OPEN;
      watch.cancel(false);
      watch = loop.schedule(this::watchIdle, bounds.askerIdleMs(), TimeUnit.MILLISECONDS);
      for (Exchange next = waiting.poll(); next != null; next = waiting.poll()) {
        transmit(next);
      }
    }
  }

  /**
   * The listener refuses to serve this process. Its refusal is the answer to all requests that
   * waited for the connection.
   */
  private void refused(Status status, String detail) {
    LOG.warn("{} does not serve this process: {}", peer.address(), detail);
    final List<Exchange> unsent = new ArrayList<>(waiting);
    waiting.clear();
    end(Cause.UNREACHABLE, detail);
    for (final Exchange exchange : unsent) {
      exchange.dropPayload();
      exchange.complete(failure(status, detail));
    }
  }

  @Override
  public void malformed(FrameException reason) {
    if (reason.isOtherVersion() && state == State.GREETING) {
      refused(Status.BAD_REQUEST, reason.getMessage());
    } else if (state != State.CLOSED) {
      LOG.warn("Closed the connection to {}: {}", peer.address(), reason.getMessage());
      end(Cause.BROKEN, peer.address() + " sent what is no answer: " + reason.getMessage());
    }
  }

  @Override
  public void failed(Throwable cause) {
    if (state != State.CONNECTING) {
      end(Cause.BROKEN, "the connection to " + peer.address() + " broke: " + cause.getMessage());
    }
  }

  @Override
  public void closed() {
    if (state != State.CONNECTING) {
      end(Cause.BROKEN, peer.address() + " closed the connection");
    }
  }

  /**
   * Closes, and fails all exchanges under way. Their callbacks may send again, over a new
   * connection.
   */
  private void end(Cause why, String message) {
    if (state == State.CLOSED) {
      return;
    }
    end = new TransportException(why, message);
    state = State.CLOSED;
    peer.detach(this);
    expiry.cancel();
    if (watch != null) {
      watch.cancel(false);
    }
    if (channel != null) {
      channel.close();
    }
    final List<Exchange> sent = new ArrayList<>(inFlight.values());
    final List<Exchange> unsent = new ArrayList<>(waiting);
    inFlight.clear();
    waiting.clear();
    unsent.forEach(this::refuse);
    sent.forEach(exchange -> exchange.fail(new TransportException(why, message)));
  }

  /** Fails an exchange that was not sent. */
  private void refuse(Exchange exchange) {
    exchange.dropPayload();
    exchange.fail(new TransportException(end.why(), end.getMessage()));
  }

  private void expire() {
    final long nowNs = System.nanoTime();
    final List<Exchange> unsent = new ArrayList<>();
    final List<Exchange> sent = new ArrayList<>();
    final Predicate<Exchange> expired = exchange -> exchange.isExpired(nowNs);
    waiting.removeIf(exchange -> expired.test(exchange) && unsent.add(exchange));
    inFlight.values().removeIf(exchange -> expired.test(exchange) && sent.add(exchange));
    waiting.forEach(exchange -> expiry.fireBy(exchange.deadlineNs()));
    inFlight.values().forEach(exchange -> expiry.fireBy(exchange.deadlineNs()));
    for (final Exchange exchange : unsent) {
      exchange.dropPayload();
      exchange.fail(
          new TransportException(
              Cause.UNREACHABLE,
              "no connection to " + peer.address() + " within " + exchange.timeoutMs() + " ms"));
    }
    for (final Exchange exchange : sent) {
      exchange.fail(
          new TransportException(
              Cause.TIMED_OUT,
              peer.address()
                  + " did not answer a "
                  + exchange.type()
                  + " within "
                  + exchange.timeoutMs()
                  + " ms"));
    }
    if (state == State.OPEN && stall.ms(channel, nowNs) >= bounds.stallMs()) {
      end(Cause.BROKEN, peer.address() + " took no byte for " + bounds.stallMs() + " ms");
    }
  }

  private void watchIdle() {
    if (state != State.OPEN) {
      return;
    }
    final long idleMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lastSentNs);
    if (inFlight.isEmpty() && idleMs >= bounds.askerIdleMs()) {
      end(Cause.BROKEN, "the idle connection to " + peer.address() + " was closed");
      return;
    }
    final long restMs = Math.max(bounds.askerIdleMs() - idleMs, MIN_IDLE_LOOK_MS);
    watch = loop.schedule(this::watchIdle, restMs, TimeUnit.MILLISECONDS);
  }

  private static ChunkAnswer failure(Status status, String detail) {
    return new ChunkAnswer(DataReply.failure(status, detail), Unpooled.EMPTY_BUFFER);
  }
}
