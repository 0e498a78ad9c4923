package org.distrifs.cli.admin;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import java.io.PrintWriter;
import org.distrifs.cli.connect.MasterOption;
import org.distrifs.cli.control.MasterAdministration;
import org.distrifs.runtime.log.Logging;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * A command that asks the master one question and prints the answer.
 *
 * @param <R> the answer
 */
abstract class AdminCommand<R extends Message> implements Runnable {

  private static final long CALL_BOUND_MS = 10_000;

  @Spec private CommandSpec spec;
  @Mixin private MasterOption master;

  @Option(
      names = "--json",
      description = "As JSON, with the field names of control.proto; 64-bit numbers are texts.")
  private boolean json;

  abstract R ask(MasterAdministration administration);

  /** The answer as lines for people. */
  abstract String text(R answer);

  @Override
  public final void run() {
    Logging.start(Logging.Use.COMMAND);
    R answer;
    try (MasterAdministration administration =
        new MasterAdministration(master.addresses(), CALL_BOUND_MS)) {
      answer = ask(administration);
    }
    PrintWriter out = spec.commandLine().getOut();
    out.print(json ? json(answer) : text(answer));
    out.flush();
  }

  /**
   * Prints every field, even if it has its default value, so that scripts need not know which
   * fields can be missing.
   */
  private static String json(Message answer) {
    try {
      return JsonFormat.printer()
              .preservingProtoFieldNames()
              .alwaysPrintFieldsWithNoPresence()
              .print(answer)
          + "\n";
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("the master's answer cannot be written as JSON", e);
    }
  }
}
