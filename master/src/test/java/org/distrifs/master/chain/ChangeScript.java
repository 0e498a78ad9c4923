package org.distrifs.master.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.distrifs.master.chunk.PendingCut;
import org.distrifs.proto.frame.DataReply;
import org.distrifs.proto.frame.DataRequest;
import org.distrifs.proto.frame.Status;

/**
 * Plays a chain change from a script. Each line has an event and, after an arrow, what the change
 * then does. Nothing after the arrow means that it goes on waiting.
 *
 * <pre>
 * reserved                         -> fence 1, fence 2, fence 3
 * 1: ok length=100 order=5
 * 2: ok length=100 order=5 suspect sameBoot
 * 3: no answer                     -> failed because of 3
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

  private ChangeScript(Participants who, Optional<PendingCut> cut, boolean mayBeUnwritten) {
    this(who, cut, mayBeUnwritten, false);
  }

  private ChangeScript(
      Participants who, Optional<PendingCut> cut, boolean mayBeUnwritten, boolean reconcilesAll) {
    procedure =
        new ChangeProcedure(
            new ChangeGoal(CHUNK, COMMITTED, RESERVED, who, cut, mayBeUnwritten, reconcilesAll));
  }

  /** A change whose earlier attempt has failed. */
  static ChangeScript reconcileAgain() {
    Participants who = Participants.allOf(List.of(1, 2, 3));
    return new ChangeScript(who, Optional.empty(), false, true);
  }

  static ChangeScript reconcile() {
    return of(Participants.allOf(List.of(1, 2, 3)));
  }

  static ChangeScript of(Participants who) {
    return new ChangeScript(who, Optional.empty(), false);
  }

  static ChangeScript cutTo(int lengthBytes) {
    return cut(Participants.allOf(List.of(1, 2, 3)), lengthBytes, false);
  }

  static ChangeScript cutOfFreshChunkTo(int lengthBytes) {
    return cut(Participants.allOf(List.of(1, 2, 3)), lengthBytes, true);
  }

  static ChangeScript cut(Participants who, int lengthBytes, boolean mayBeUnwritten) {
    return new ChangeScript(
        who, Optional.of(new PendingCut(5, 1, CHUNK, lengthBytes)), mayBeUnwritten);
  }

  /** Node 3 is away; the others stay. */
  static Participants lost3(boolean mayReturn) {
    return new Participants(List.of(1, 2), List.of(), List.of(3), List.of(), Set.of(), mayReturn);
  }

  /** Node 3 is there, and is to leave. */
  static Participants leaving3() {
    return new Participants(List.of(1, 2), List.of(3), List.of(), List.of(), Set.of(), false);
  }

  /** Node 3 is away, and node 4 joins. */
  static Participants joining4() {
    return new Participants(List.of(1, 2), List.of(), List.of(3), List.of(4), Set.of(), false);
  }

  /** The nodes whose replicas have a damaged block. */
  static Participants doubtful(Integer... nodes) {
    return new Participants(
        List.of(1, 2, 3), List.of(), List.of(), List.of(), Set.of(nodes), false);
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
      default ->
          event.endsWith(" is away")
              ? describe(procedure.on(new ChangeEvent.IncarnationEnded(nodeOf(event))))
              : describe(procedure.on(answer(event)));
    };
  }

  private static int nodeOf(String event) {
    return Integer.parseInt(event.substring(0, event.indexOf(' ')));
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
    } else if (command instanceof ChangeAction.Command.Fence fence) {
      return fence.stopReads() ? "stop %d" : "fence %d";
    } else if (command instanceof ChangeAction.Command.Copy copy) {
      return "copy to %d from " + copy.sourceNodeId();
    } else if (command instanceof ChangeAction.Command.Reconcile reconcile) {
      return "reconcile %d with " + reconcile.sourceNodeId();
    }
    int length = ((ChangeAction.Command.Install) command).lengthBytes();
    return "install %d" + (length == DataRequest.KEEP_LENGTH ? "" : " length " + length);
  }

  private static String describe(ChangeOutcome outcome) {
    if (outcome instanceof ChangeOutcome.Completed completed) {
      return "completed with length " + completed.lengthBytes();
    }
    if (outcome instanceof ChangeOutcome.Failed failed) {
      return failed.culprit() == 0 ? "failed" : "failed because of " + failed.culprit();
    }
    return "nothing to change";
  }
}
