package org.distrifs.cli.files;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.distrifs.cli.path.RemotePath;
import org.distrifs.proto.control.LocateReply;
import org.distrifs.proto.control.LocatedChunk;

/** Counts what was checked, and formats what was found. Not thread-safe. */
final class FsckReport {

  /** The conditions of chunks of which not every replica is known to be good, the worst last. */
  private static final List<String> NOT_FULL =
      List.of("unknown", "waiting", "repairing", "short", "lost");

  private final int replication;
  private final boolean json;
  private long files;
  private long chunks;

  /** How many chunks are in each condition but full. */
  private final Map<String, Long> conditions = new LinkedHashMap<>();

  private long unavailableChunks;
  private long badFiles;

  FsckReport(int replication, boolean json) {
    this.replication = replication;
    this.json = json;
    NOT_FULL.forEach(condition -> conditions.put(condition, 0L));
  }

  /** Counts a file, and returns the lines that say what is wrong with it; empty if nothing is. */
  String file(RemotePath path, LocateReply located) {
    files++;
    StringBuilder lines = new StringBuilder();
    for (LocatedChunk chunk : located.getChunksList()) {
      // A fresh chunk is not committed, so it is no part of the file yet.
      if (!chunk.getLocation().getFresh()) {
        chunks++;
        lines.append(chunk(path, chunk, ChunkHealth.of(chunk, replication)));
      }
    }
    badFiles += lines.isEmpty() ? 0 : 1;
    return lines.toString();
  }

  private String chunk(RemotePath path, LocatedChunk chunk, ChunkHealth health) {
    if (health.isFull()) {
      return "";
    }
    conditions.merge(health.condition(), 1L, Long::sum);
    unavailableChunks += health.isUnavailable() ? 1 : 0;
    long index = chunk.getLocation().getIndex();
    if (!json) {
      return "%s: chunk %d (%s) is %s, %d of %d replicas are good%s: %s%n"
          .formatted(
              path,
              index,
              chunk.getChunk(),
              health.condition(),
              health.good(),
              health.wanted(),
              health.isUnavailable() ? ", it cannot be read now" : "",
              String.join(", ", health.troubles()));
    }
    ListValue.Builder troubles = ListValue.newBuilder();
    health.troubles().forEach(trouble -> troubles.addValues(text(trouble)));
    return line(
        Struct.newBuilder()
            .putFields("path", text(path.toString()))
            .putFields("index", text(Long.toUnsignedString(index)))
            .putFields("chunk", text(chunk.getChunk()))
            .putFields("state", text(health.condition()))
            .putFields(
                "unavailable", Value.newBuilder().setBoolValue(health.isUnavailable()).build())
            .putFields("good", number(health.good()))
            .putFields("wanted", number(health.wanted()))
            .putFields("troubles", Value.newBuilder().setListValue(troubles).build()));
  }

  String summary() {
    if (!json) {
      return "%d files, %d chunks: %s%n"
          .formatted(
              files,
              chunks,
              badFiles == 0
                  ? "all replicas are good"
                  : "%d files are not whole: %s; %d chunks cannot be read now"
                      .formatted(badFiles, counted(), unavailableChunks));
    }
    Struct.Builder numbers =
        Struct.newBuilder()
            .putFields("files", number(files))
            .putFields("chunks", number(chunks))
            .putFields("files_with_trouble", number(badFiles));
    conditions.forEach(
        (condition, count) -> numbers.putFields("chunks_" + condition, number(count)));
    return line(numbers.putFields("chunks_unavailable", number(unavailableChunks)));
  }

  /** "3 chunks waiting, 1 chunks short". */
  private String counted() {
    return conditions.entrySet().stream()
        .filter(condition -> condition.getValue() > 0)
        .map(condition -> condition.getValue() + " chunks " + condition.getKey())
        .collect(Collectors.joining(", "));
  }

  boolean foundTrouble() {
    return badFiles > 0;
  }

  boolean foundUnavailable() {
    return unavailableChunks > 0;
  }

  private static Value text(String value) {
    return Value.newBuilder().setStringValue(value).build();
  }

  private static Value number(long value) {
    return Value.newBuilder().setNumberValue(value).build();
  }

  private static String line(Struct.Builder fields) {
    try {
      return JsonFormat.printer().omittingInsignificantWhitespace().print(fields) + "\n";
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a finding cannot be written as JSON", e);
    }
  }
}
