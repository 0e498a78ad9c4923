package org.distrifs.cli.files;

import com.google.protobuf.ByteString;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.Callable;
import org.distrifs.cli.connect.Identity;
import org.distrifs.cli.connect.MasterOption;
import org.distrifs.client.ClientSettings;
import org.distrifs.client.DistriFsClients;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.proto.error.ErrnoException;
import org.distrifs.runtime.disk.FailureReason;
import org.distrifs.runtime.log.Logging;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * A command on files in DistriFS. It has a session with the master, writes its output as bytes, and
 * reports failures as the Unix commands do. When one operand fails, the command goes on with the
 * others, and exits with 1.
 */
abstract class FileCommand implements Callable<Integer> {

  private static final int FAILED = 1;

  /** The exit code that a shell shows for a command that SIGPIPE ended: 128 + SIGPIPE. */
  private static final int BROKEN_PIPE_EXIT_CODE = 141;

  private static final int OUTPUT_BUFFER_BYTES = 64 << 10;

  @Spec private CommandSpec spec;
  @Mixin private MasterOption master;

  private final OutputStream out =
      new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), OUTPUT_BUFFER_BYTES);
  private boolean failed;

  /** What a command does with one operand. */
  @FunctionalInterface
  interface Action {
    void run() throws IOException;
  }

  /** Does the work. What it throws ends the command with exit code 1. */
  abstract void run(RemoteFiles files) throws IOException;

  @Override
  public final Integer call() {
    Logging.start(Logging.Use.COMMAND);
    String name = "distrifs " + spec.name() + ", pid " + ProcessHandle.current().pid();
    ClientSettings settings = ClientSettings.defaults(master.addresses(), name);
    try (RemoteFiles files =
        new RemoteFiles(DistriFsClients.connect(settings), Identity.ofThisProcess())) {
      run(files);
      out.flush();
    } catch (BrokenPipeException e) {
      return BROKEN_PIPE_EXIT_CODE;
    } catch (IOException e) {
      tell(reason(e));
    }
    return exitCode(failed);
  }

  /** The exit code of a command that has gone through all its operands. */
  int exitCode(boolean anyFailed) {
    return anyFailed ? FAILED : 0;
  }

  /** The masters, for questions that are not asked in the session. */
  final List<PeerAddress> masters() {
    return master.addresses();
  }

  /** What a command asks about one operand. */
  @FunctionalInterface
  interface Question<T> {
    T answer() throws IOException;
  }

  /**
   * Asks something about an operand. A failure ends the command, with the operand's name in the
   * message.
   */
  static <T> T about(Object operand, Question<T> question) throws IOException {
    try {
      return question.answer();
    } catch (IOException e) {
      throw new IOException(operand + ": " + reason(e), e);
    }
  }

  /**
   * Does something with an operand. A failure is printed with the operand's name, and makes the
   * exit code 1.
   */
  final void attempt(Object operand, Action action) throws IOException {
    try {
      action.run();
    } catch (BrokenPipeException e) {
      throw e;
    } catch (IOException e) {
      fail(operand, reason(e));
    }
  }

  /** Prints that an operand failed, and makes the exit code 1. */
  final void fail(Object operand, String why) throws IOException {
    out.flush();
    tell(operand + ": " + why);
  }

  private void tell(String sentence) {
    failed = true;
    spec.commandLine().getErr().println("distrifs: " + spec.name() + ": " + sentence);
  }

  final void print(String text) throws IOException {
    print(ByteString.copyFromUtf8(text));
  }

  /** Prints bytes unchanged, since a name need not be text. */
  final void print(ByteString bytes) throws IOException {
    try {
      bytes.writeTo(out);
    } catch (IOException e) {
      throw BrokenPipeException.orSame(e);
    }
  }

  private static String reason(IOException failure) {
    return failure instanceof ErrnoException errno
        ? errno.errno().description()
        : FailureReason.of(failure);
  }
}
