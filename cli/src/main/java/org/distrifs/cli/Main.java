package org.distrifs.cli;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.distrifs.runtime.lifecycle.CloseStack;
import org.distrifs.runtime.lifecycle.OperatorException;
import org.distrifs.runtime.log.Logging;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The {@code distrifs} command. Exit codes: 0 success, 1 failure, 2 wrong usage. The help of a
 * command lists any others.
 */
public final class Main {

  /**
   * The exit code for an internal error, that is a defect of DistriFS (EX_SOFTWARE of sysexits.h).
   */
  private static final int INTERNAL_ERROR_EXIT_CODE = 70;

  private static final int USAGE_WIDTH = 100;

  private Main() {}

  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  /** Runs one command and returns its exit code. */
  static int run(String... arguments) {
    return commandLine(arguments).execute(arguments);
  }

  static CommandLine commandLine(String... arguments) {
    CommandLine commandLine = new CommandLine(new Distrifs());
    Subcommands.addTo(commandLine, arguments);
    commandLine.setUsageHelpWidth(USAGE_WIDTH);
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    commandLine.setPosixClusteredShortOptionsAllowed(true);
    commandLine.setParameterExceptionHandler(Main::wrongUsage);
    commandLine.setExecutionExceptionHandler(
        (failure, command, parsed) -> failed(failure, command));
    return commandLine;
  }

  private static int wrongUsage(ParameterException failure, String[] arguments) {
    CommandLine command = failure.getCommandLine();
    PrintWriter err = command.getErr();
    String name = command.getCommandSpec().qualifiedName();
    err.println("distrifs: " + within(name) + sentence(failure, arguments));
    UnmatchedArgumentException.printSuggestions(failure, err);
    err.println("Try '" + name + " --help'.");
    return CommandLine.ExitCode.USAGE;
  }

  private static String sentence(ParameterException failure, String[] arguments) {
    if (failure instanceof MissingParameterException missing) {
      // The parser looks for missing operands first, and so would hide a misspelled flag.
      return firstUnknownFlag(failure.getCommandLine().getCommandSpec(), arguments)
          .map(flag -> "Unknown option: '" + flag + "'")
          .orElse("Missing: " + labels(missing));
    }
    if (failure instanceof UnmatchedArgumentException unmatched
        && !unmatched.isUnknownOption()
        && !failure.getCommandLine().getSubcommands().isEmpty()) {
      return "'" + unmatched.getUnmatched().get(0) + "' is no command.";
    }
    return failure.getMessage();
  }

  private static Optional<String> firstUnknownFlag(CommandSpec command, String[] arguments) {
    return Arrays.stream(arguments)
        .takeWhile(argument -> !argument.equals("--"))
        .filter(argument -> argument.startsWith("--"))
        .map(argument -> argument.replaceFirst("=.*", ""))
        .filter(flag -> command.findOption(flag) == null)
        .findFirst();
  }

  private static String labels(MissingParameterException missing) {
    return missing.getMissing().stream().map(ArgSpec::paramLabel).collect(Collectors.joining(" "));
  }

  private static int failed(Exception failure, CommandLine command) {
    PrintWriter err = command.getErr();
    if (failure instanceof CloseStack.CloseException) {
      tell(failure.getMessage(), null, err);
      return CommandLine.ExitCode.SOFTWARE;
    }
    if (failure instanceof OperatorException operatorError) {
      tell(failure.getMessage(), null, err);
      return operatorError.exitCode();
    }
    tell("internal error, which is a defect of DistriFS and not of what you did:", failure, err);
    return INTERNAL_ERROR_EXIT_CODE;
  }

  /** Prints why this process ends. A role that logs to a file logs it there, too. */
  private static void tell(String reason, Exception defect, PrintWriter err) {
    err.println("distrifs: " + reason);
    if (defect != null) {
      defect.printStackTrace(err);
    }
    if (Logging.isToFile()) {
      LoggerFactory.getLogger(Main.class).error("This process ends: {}", reason, defect);
    }
  }

  /** "local up: " of "distrifs local up". */
  private static String within(String qualifiedName) {
    int space = qualifiedName.indexOf(' ');
    return space < 0 ? "" : qualifiedName.substring(space + 1) + ": ";
  }
}
