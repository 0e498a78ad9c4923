package org.distrifs.systemtests.conformance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.distrifs.systemtests.conformance.OtherProcess.Request;

/**
 * The main class of {@link OtherProcess}: makes the call that each line of its input names, and
 * answers with a line: the errno, and what the call returned.
 */
final class LockingProcess {
  private LockingProcess() {}

  public static void main(String[] arguments) throws IOException {
    BufferedReader requests =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = requests.readLine(); line != null; line = requests.readLine()) {
      String[] words = line.split(" ", -1);
      long result = 0;
      Errno errno = Errno.OK;
      try {
        result = answer(Request.valueOf(words[0]), Arrays.copyOfRange(words, 1, words.length));
      } catch (CallFailed e) {
        errno = e.errno();
      }
      System.out.println(errno + " " + result);
    }
  }

  private static long answer(Request request, String[] words) {
    return switch (request) {
      case OPEN -> Calls.open(words[0], number(words[1]));
      case CLOSE -> {
        Calls.close(number(words[0]));
        yield 0;
      }
      case FLOCK -> {
        Calls.flock(number(words[0]), number(words[1]));
        yield 0;
      }
      case LOCK -> {
        lock(words).on(number(words[0]), number(words[1]));
        yield 0;
      }
      case HOLDER -> lock(words).holder(number(words[0]), number(words[1])).lock().type();
    };
  }

  private static RecordLock lock(String[] words) {
    return new RecordLock(number(words[2]), Long.parseLong(words[3]), Long.parseLong(words[4]));
  }

  private static int number(String word) {
    return Integer.parseInt(word);
  }
}
