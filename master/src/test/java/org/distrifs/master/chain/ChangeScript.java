package org.distrifs.master.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.distrifs.master.chunk.PendingCut;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.Status;

/**
 * Plays a change from a script. Each line is what happens and, after an arrow, what the change then
 * does; nothing after the arrow means that it goes on waiting.
 *
 * <pre>
 * reserved                         -> fence 1, fence 2, fence 3
 * 1: ok length=100 order=5
 * 2: ok length=100 order=5 suspect sameBoot
 * 3: no answer                     -> failed
 * </pre>
 *
 * Versions are the committed 4 and the reserved 9 unless a reply says {@code version=}.
 */
final class ChangeScript {

  private static final long CHUNK = 77;
  private static final int COMMITTED = 4;
  private static final int RESERVED = 9;

  private final ChangeProcedure procedure;
  private final Map<Integer, Integer> tickets = new HashMap<>();

  private ChangeScript(Optional<PendingCut> cut, boolean mayBeUnwritten) {
    procedure =
        new ChangeProcedure(
            new ChangeGoal(CHUNK, COMMITTED, RESERVED, List.of(1, 2, 3), cut, mayBeUnwritten));
  }

  static ChangeScript compare() {
    return new ChangeScript(Optional.empty(), false);
  }

  static ChangeScript cutTo(int lengthBytes) {
    return new ChangeScript(Optional.of(new PendingCut(5, 1, CHUNK, lengthBytes)), false);
  }

  static ChangeScript cutOfFreshChunkTo(int lengthBytes) {
    return new ChangeScript(Optional.of(new PendingCut(5, 1, CHUNK, lengthBytes)), true);
  }

  ChangeProcedure procedure() {
    return procedure;
  }

  void plays(String script) {
    int number = 0;
    for (String line : script.strip().split("\n")) {
      number++;
      String[] sides = line.strip().split("->", -1);
      String expected = sides.length > 1 ? sides[1].strip() : "";
      String actual = happens(sides[0].strip());
      assertThat(actual).as("line %d: %s", number, line.strip()).isEqualTo(expected);
    }
  }

  private String happens(String event) {
    return switch (event) {
      case "begin" -> describe(procedure.begin());
      case "reserved" -> describe(procedure.on(new ChangeEvent.Reserved()));
      case "committed" -> describe(procedure.on(new ChangeEvent.Committed()));
      case "refused" -> describe(procedure.on(new ChangeEvent.Refused("higher version")));
      case "time is up" -> describe(procedure.on(new ChangeEvent.TimedOut()));
      default -> describe(procedure.on(answer(event)));
    };
  }

  private ChangeEvent answer(String line) {
    String[] parts = line.split(":", 2);
    int ticket = tickets.get(Integer.parseInt(parts[0].strip()));
    String text = parts[1].strip();
    if (text.equals("no answer")) {
      return new ChangeEvent.NoAnswer(ticket, "connection refused");
    }
    List<String> words = new ArrayList<>(Arrays.asList(text.split(" +")));
    String status = words.remove(0);
    return new ChangeEvent.Answered(
        ticket,
        new DataReply(
            status.equals("ok") ? Status.OK : Status.valueOf(status),
            number(words, "failed", 0),
            text,
            number(words, "version", COMMITTED),
            number(words, "length", 0),
            number(words, "order", 0),
            false,
            words.contains("suspect"),
            words.contains("sameBoot"),
            new int[0]));
  }

  private static int number(List<String> words, String name, int otherwise) {
    return words.stream()
        .filter(word -> word.startsWith(name + "="))
        .map(word -> Integer.parseInt(word.substring(name.length() + 1)))
        .findFirst()
        .orElse(otherwise);
  }

  private String describe(List<ChangeAction> actions) {
    return actions.stream().map(this::describe).collect(Collectors.joining(", "));
  }

  private String describe(ChangeAction action) {
    if (action instanceof ChangeAction.Reserve) {
      return "reserve";
    } else if (action instanceof ChangeAction.Commit commit) {
      return "commit " + commit.version();
    } else if (action instanceof ChangeAction.End end) {
      return describe(end.outcome());
    }
    ChangeAction.Tell tell = (ChangeAction.Tell) action;
    tickets.put(tell.nodeId(), tell.ticket());
    return describe(tell.command()).formatted(tell.nodeId());
  }

  private static String describe(ChangeAction.Command command) {
    if (command instanceof ChangeAction.Command.Look) {
      return "look %d";
    } else if (command instanceof ChangeAction.Command.Fence) {
      return "fence %d";
    } else if (command instanceof ChangeAction.Command.Reconcile reconcile) {
      return "equalise %d with " + reconcile.sourceNodeId();
    }
    int length = ((ChangeAction.Command.Install) command).lengthBytes();
    return "install %d" + (length == DataRequest.KEEP_LENGTH ? "" : " length " + length);
  }

  private static String describe(ChangeOutcome outcome) {
    if (outcome instanceof ChangeOutcome.Completed completed) {
      return "completed with length " + completed.lengthBytes();
    }
    return outcome instanceof ChangeOutcome.NothingToChange ? "nothing to change" : "failed";
  }
}
