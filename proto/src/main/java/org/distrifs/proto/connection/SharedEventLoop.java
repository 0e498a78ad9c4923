package org.distrifs.proto.connection;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.AbstractScheduledEventExecutor;
import io.netty.util.concurrent.DefaultPromise;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.Promise;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * An event loop of Netty that has no thread of its own: threads take turns at running it, one at a
 * time. Whoever runs it is the loop's thread meanwhile, so all that belongs to the loop stays
 * confined to one thread at a time, and each sees what the one before it did. {@link LoopTurns}
 * decides who runs it.
 */
final class SharedEventLoop extends AbstractScheduledEventExecutor implements IoEventLoop {
  private static final Runnable NOTHING = () -> {};

  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicReference<Thread> runner = new AtomicReference<>();
  private final Promise<Void> terminated = new DefaultPromise<>(GlobalEventExecutor.INSTANCE);
  private final Context context = new Context();
  private final IoHandler handler;
  private final Runnable runnerWanted;
  private volatile boolean shuttingDown;
  private volatile boolean closed;

  /**
   * @param runnerWanted called when there is something to do and nobody runs the loop; must not
   *     block
   */
  SharedEventLoop(IoHandlerFactory handlers, Runnable runnerWanted) {
    this.runnerWanted = runnerWanted;
    this.handler = handlers.newHandler(this);
    handler.initialize();
  }

  // --- running it

  /** Makes the calling thread the loop's, until it leaves; false if another is. */
  boolean enter() {
    return runner.compareAndSet(null, Thread.currentThread());
  }

  /** The calling thread, which runs the loop, does so no longer. */
  void leave() {
    runner.set(null);
  }

  boolean isRun() {
    return runner.get() != null;
  }

  boolean hasTasks() {
    return !tasks.isEmpty();
  }

  /**
   * Handles what is ready, or waits for something to be. Only for the thread that runs the loop.
   *
   * @param waitNs 0 to not wait at all; it may return much earlier
   */
  void runOnce(long waitNs) {
    context.waitNs = waitNs;
    handler.run(context);
    runTasks();
  }

  /** Has {@link #runOnce} return, now if it waits, otherwise before it waits next. Any thread. */
  void wake() {
    execute(NOTHING);
  }

  private int runTasks() {
    int count = 0;
    boolean fetchedAll;
    do {
      fetchedAll = fetchFromScheduledTaskQueue(tasks);
      for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
        safeExecute(task);
        count++;
      }
    } while (!fetchedAll);
    return count;
  }

  /** Closes what is registered, and ends for good. Only for the thread that runs the loop. */
  void terminate() {
    runTasks();
    cancelScheduledTasks();
    handler.prepareToDestroy();
    runTasks();
    closed = true;
    while (runTasks() > 0) {
      // What was accepted before it was closed, and what that brings.
    }
    handler.destroy();
    terminated.setSuccess(null);
  }

  /** How long the handler may wait. Its methods are for the thread that runs the loop. */
  private final class Context implements IoHandlerContext {
    private long waitNs;

    @Override
    public boolean canBlock() {
      return waitNs > 0 && tasks.isEmpty() && !hasScheduledTasks();
    }

    @Override
    public long delayNanos(long currentTimeNanos) {
      return Math.min(waitNs, SharedEventLoop.this.delayNanos(currentTimeNanos, waitNs));
    }

    @Override
    public long deadlineNanos() {
      long latest = ticker().nanoTime() + waitNs;
      long scheduled = nextScheduledTaskDeadlineNanos();
      return scheduled == -1 ? latest : Math.min(scheduled, latest);
    }
  }

  // --- as an executor

  @Override
  public boolean inEventLoop(Thread thread) {
    return runner.get() == thread;
  }

  @Override
  public void execute(Runnable task) {
    boolean inside = inEventLoop();
    if (closed && !inside) {
      throw new RejectedExecutionException("the event loop has ended");
    }
    tasks.add(task);
    if (inside) {
      return;
    }
    if (closed && tasks.remove(task)) {
      throw new RejectedExecutionException("the event loop has ended");
    }
    if (isRun()) {
      handler.wakeup();
    } else {
      runnerWanted.run();
    }
  }

  @Override
  public Future<?> shutdownGracefully(long quietPeriod, long timeout, TimeUnit unit) {
    shuttingDown = true;
    if (!terminated.isDone()) {
      wake();
      runnerWanted.run();
    }
    return terminated;
  }

  @Override
  @Deprecated
  public void shutdown() {
    shutdownGracefully(0, 0, TimeUnit.NANOSECONDS);
  }

  @Override
  public Future<?> terminationFuture() {
    return terminated;
  }

  @Override
  public boolean isShuttingDown() {
    return shuttingDown;
  }

  @Override
  public boolean isShutdown() {
    return closed;
  }

  @Override
  public boolean isTerminated() {
    return terminated.isDone();
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    return terminated.await(timeout, unit);
  }

  // --- as an event loop

  @Override
  public SharedEventLoop next() {
    return this;
  }

  @Override
  public IoEventLoopGroup parent() {
    return this;
  }

  @Override
  public Future<IoRegistration> register(IoHandle handle) {
    Promise<IoRegistration> registered = newPromise();
    if (inEventLoop()) {
      register(handle, registered);
    } else {
      execute(() -> register(handle, registered));
    }
    return registered;
  }

  private void register(IoHandle handle, Promise<IoRegistration> registered) {
    try {
      registered.setSuccess(handler.register(handle));
    } catch (Exception e) {
      registered.setFailure(e);
    }
  }

  @Override
  @Deprecated
  public ChannelFuture register(Channel channel) {
    return register(new DefaultChannelPromise(channel, this));
  }

  @Override
  @Deprecated
  public ChannelFuture register(ChannelPromise promise) {
    promise.channel().unsafe().register(this, promise);
    return promise;
  }

  @Override
  @Deprecated
  public ChannelFuture register(Channel channel, ChannelPromise promise) {
    channel.unsafe().register(this, promise);
    return promise;
  }

  @Override
  public boolean isCompatible(Class<? extends IoHandle> handleType) {
    return handler.isCompatible(handleType);
  }

  @Override
  public boolean isIoType(Class<? extends IoHandler> handlerType) {
    return handler.getClass().equals(handlerType);
  }
}
