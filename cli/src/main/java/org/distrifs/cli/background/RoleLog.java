package org.distrifs.cli.background;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.distrifs.runtime.disk.FailureReason;

/** What a role has logged and printed since a start: the parts of its files after a position. */
public final class RoleLog {

  /** How the sentence begins with which a role gives up. It is printed. */
  private static final String LAST_WORDS = "distrifs: ";

  private final FileTail logged;
  private final FileTail printed;

  private RoleLog(FileTail logged, FileTail printed) {
    this.logged = logged;
    this.printed = printed;
  }

  /**
   * Begins at the present ends of the log and of the output.
   *
   * @param log as it is given to {@link BackgroundProcess#start}
   */
  public static RoleLog fromHere(Path log) throws IOException {
    return new RoleLog(
        FileTail.fromHere(log), FileTail.fromHere(BackgroundProcess.outputBeside(log)));
  }

  /**
   * Why the role gave up: its own sentence, or else the last lines of its log and of its output,
   * each with the path of the file.
   */
  public String reason() {
    try {
      List<String> lines = printed.lines();
      for (int i = lines.size() - 1; i >= 0; i--) {
        if (lines.get(i).startsWith(LAST_WORDS)) {
          return lines.get(i).substring(LAST_WORDS.length());
        }
      }
      // Either may be the reason: the JVM prints, and a role that halts itself logs.
      List<String> said =
          Stream.concat(logged.lastLine().stream(), printed.lastLine().stream()).toList();
      return said.isEmpty()
          ? "it said nothing. (log: %s)".formatted(logged.file())
          : String.join("; ", said);
    } catch (IOException e) {
      return "its log cannot be read: " + FailureReason.of(e);
    }
  }
}
