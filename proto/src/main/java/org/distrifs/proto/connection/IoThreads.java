package org.distrifs.proto.connection;

import io.netty.channel.Channel;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.Errors;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.distrifs.runtime.lifecycle.NamedThreads;
import org.distrifs.runtime.lifecycle.ProcessHalt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads on which all sockets of a process are served, data plane and control plane alike: one
 * set for each process. What runs on them must not block.
 *
 * <p>They use native epoll where it is available, otherwise the JDK's selectors.
 */
public final class IoThreads implements AutoCloseable {
  /** The default number of threads: {@value}. A connection stays on one of them. */
  public static final int DEFAULT_THREADS = 2;

  private static final int MAX_RESOLVERS = 4;
  private static final int MAX_RESOLUTIONS_WAITING = 1024;
  private static final int RESOLVER_KEEP_ALIVE_S = 10;
  private static final int CLOSE_BOUND_MS = 3000;

  private static final Logger LOG = LoggerFactory.getLogger(IoThreads.class);

  private final boolean epoll;
  private final EventLoopGroup group;
  private final ThreadPoolExecutor resolvers;

  /** Null unless threads that wait run the event loop. */
  private final LoopTurns turns;

  /** Null unless the threads may step aside. */
  private final RelievedLoops relieved;

  /** Who runs the event loops. */
  private enum Runners {
    OWN_THREADS,
    THREADS_THAT_WAIT,
    THREADS_THAT_STEP_ASIDE
  }

  private IoThreads(String role, int threads, boolean epoll, Runners runners) {
    this.epoll = epoll;
    final IoHandlerFactory handlers =
        epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    final ThreadFactory factory = ioThreads(role);
    turns = runners == Runners.THREADS_THAT_WAIT ? new LoopTurns(handlers, factory) : null;
    relieved =
        runners == Runners.THREADS_THAT_STEP_ASIDE
            ? new RelievedLoops(threads, factory, handlers)
            : null;
    group =
        switch (runners) {
          case OWN_THREADS -> new MultiThreadIoEventLoopGroup(threads, factory, handlers);
          case THREADS_THAT_WAIT -> turns.loop();
          case THREADS_THAT_STEP_ASIDE -> relieved;
        };
    resolvers =
        new ThreadPoolExecutor(
            MAX_RESOLVERS,
            MAX_RESOLVERS,
            RESOLVER_KEEP_ALIVE_S,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MAX_RESOLUTIONS_WAITING),
            NamedThreads.daemon(role, "resolve"));
    resolvers.allowCoreThreadTimeOut(true);
    if (!epoll) {
      LOG.info("Native epoll is not available here; sockets go through the JDK, a little slower");
    }
  }

  /** Starts {@value #DEFAULT_THREADS} threads named for a role. */
  public static IoThreads start(String role) {
    return start(role, DEFAULT_THREADS);
  }

  /**
   * @param threads 1 or more
   */
  public static IoThreads start(String role, int threads) {
    return new IoThreads(role, threads, Epoll.isAvailable(), Runners.OWN_THREADS);
  }

  /**
   * As {@link #start(String)}, for a process whose threads mostly wait for what they ask: those in
   * {@link #await} serve the sockets themselves, and one thread does when none is.
   */
  public static IoThreads startShared(String role) {
    // The JDK closes its sockets when a thread that uses them is interrupted; epoll's stay open.
    return new IoThreads(
        role,
        DEFAULT_THREADS,
        Epoll.isAvailable(),
        Epoll.isAvailable() ? Runners.THREADS_THAT_WAIT : Runners.OWN_THREADS);
  }

  /** As {@link #startRelieved(String, int)}, with {@value #DEFAULT_THREADS} event loops. */
  public static IoThreads startRelieved(String role) {
    return startRelieved(role, DEFAULT_THREADS);
  }

  /**
   * As {@link #start(String, int)}, for a process in which what a message brings may have to block,
   * most often briefly: see {@link #stepAside}.
   *
   * @param loops event loops, 1 or more; each has two threads, of which one runs it
   */
  public static IoThreads startRelieved(String role, int loops) {
    return new IoThreads(role, loops, Epoll.isAvailable(), Runners.THREADS_THAT_STEP_ASIDE);
  }

  /** Starts threads that use the JDK's selectors even if epoll is available. */
  static IoThreads startWithoutEpoll(String role) {
    return new IoThreads(role, DEFAULT_THREADS, false, Runners.OWN_THREADS);
  }

  public EventLoopGroup group() {
    return group;
  }

  /**
   * Begins something that these threads bring to its end, and waits for that. Not on one of them.
   *
   * @param begin must not block
   */
  public <T> T await(Supplier<CompletableFuture<T>> begin, long boundMs)
      throws InterruptedException, ExecutionException, TimeoutException {
    return turns == null
        ? begin.get().get(boundMs, TimeUnit.MILLISECONDS)
        : turns.await(begin, boundMs);
  }

  /**
   * Names who knows whether answers are on their way which no thread in {@link #await} may be
   * waiting for: they are looked for all the time then.
   *
   * @param isExpecting asked on any thread; must not block
   */
  public void expect(BooleanSupplier isExpecting) {
    if (turns != null) {
      turns.expect(isExpecting);
    }
  }

  /**
   * Has the calling thread do something that may block, when it has handled what it was given: it
   * runs no event loop meanwhile, and sockets wait. If it takes long, another thread takes the
   * event loop.
   *
   * @param work what fails in it ends the process
   * @return false, and nothing is done, if the calling thread is not one that can step aside, does
   *     so for something else already, or ends
   */
  public boolean stepAside(Runnable work) {
    return relieved != null && relieved.stepAside(work);
  }

  /** The class of connections on these threads. */
  public Class<? extends SocketChannel> socketType() {
    return epoll ? EpollSocketChannel.class : NioSocketChannel.class;
  }

  /** The class of listeners on these threads. */
  public Class<? extends ServerSocketChannel> listenerType() {
    return epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
  }

  /** The class of connections by Unix sockets; only if {@link #isEpoll}. */
  Class<? extends Channel> localSocketType() {
    return EpollDomainSocketChannel.class;
  }

  /** The class of listeners on Unix sockets; only if {@link #isEpoll}. */
  Class<? extends ServerChannel> localListenerType() {
    return EpollServerDomainSocketChannel.class;
  }

  /** Whether sockets have options that only epoll knows, and Unix sockets are there. */
  boolean isEpoll() {
    return epoll;
  }

  /** Whether a failed connect means that nobody listens, rather than that nobody can be reached. */
  boolean isRefusal(Throwable failure) {
    if (!(failure instanceof ConnectException) || failure instanceof ConnectTimeoutException) {
      return false;
    }
    final String message = String.valueOf(failure.getMessage());
    return message.contains(epoll ? EpollText.REFUSED : "refused");
  }

  /**
   * Finds the address of a host without blocking. An address is parsed at once; a name is looked up
   * on another thread.
   *
   * @return fails with a {@link java.util.concurrent.CompletionException} around an {@link
   *     UnknownHostException}, or with {@link RejectedExecutionException} when too many wait
   */
  CompletableFuture<InetAddress> resolve(String host) {
    final byte[] address = NetUtil.createByteArrayFromIpAddressString(host);
    try {
      if (address != null) {
        return CompletableFuture.completedFuture(InetAddress.getByAddress(host, address));
      }
      return CompletableFuture.supplyAsync(() -> lookUp(host), resolvers);
    } catch (UnknownHostException | RejectedExecutionException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static InetAddress lookUp(String host) {
    try {
      return InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new CompletionException(e);
    }
  }

  /**
   * Ends the threads, and cuts all connections that are still open. Not to be called on one of
   * them.
   */
  @Override
  public void close() {
    resolvers.shutdown();
    group
        .shutdownGracefully(0, CLOSE_BOUND_MS, TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(CLOSE_BOUND_MS);
  }

  /**
   * Makes threads of Netty's own class, on which thread-locals and buffer caches are array
   * look-ups.
   */
  private static ThreadFactory ioThreads(String role) {
    final AtomicInteger count = new AtomicInteger();
    return body -> {
      final Thread thread =
          new FastThreadLocalThread(body, role + "-io-" + count.incrementAndGet());
      thread.setDaemon(true);
      thread.setUncaughtExceptionHandler(
          (dead, cause) ->
              ProcessHalt.now("thread " + dead.getName() + " died of " + cause, cause));
      return thread;
    };
  }

  /** The text of the C library for ECONNREFUSED, in the language of this process. */
  private static final class EpollText {
    static final String REFUSED =
        afterColon(Errors.newIOException("connect", Errors.ERROR_ECONNREFUSED_NEGATIVE));

    private static String afterColon(Errors.NativeIoException e) {
      return e.getMessage().substring(e.getMessage().indexOf(": ") + 2);
    }
  }
}
