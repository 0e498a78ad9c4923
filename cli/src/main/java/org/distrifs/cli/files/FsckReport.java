package org.distrifs.cli.files;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import org.distrifs.cli.path.RemotePath;
import org.distrifs.proto.control.LocateReply;
import org.distrifs.proto.control.LocatedChunk;

/** Counts what was checked, and words what was found. Not thread-safe. */
final class FsckReport {
  private final int replication;
  private final boolean json;
  private long files;
  private long chunks;
  private long shortChunks;
  private long unavailableChunks;
  private long badFiles;

  FsckReport(int replication, boolean json) {
    this.replication = replication;
    this.json = json;
  }

  /** Takes in a file; the lines that tell what is wrong with it, empty if nothing is. */
  String file(RemotePath path, LocateReply located) {
    files++;
    StringBuilder lines = new StringBuilder();
    for (LocatedChunk chunk : located.getChunksList()) {
      // What nobody has committed is part of no file yet.
      if (!chunk.getLocation().getFresh()) {
        chunks++;
        lines.append(chunk(path, chunk, ChunkHealth.of(chunk, replication)));
      }
    }
    badFiles += lines.isEmpty() ? 0 : 1;
    return lines.toString();
  }

  private String chunk(RemotePath path, LocatedChunk chunk, ChunkHealth health) {
    if (health.isGood()) {
      return "";
    }
    if (health.isUnavailable()) {
      unavailableChunks++;
    } else {
      shortChunks++;
    }
    long index = chunk.getLocation().getIndex();
    if (!json) {
      return "%s: chunk %d (%s) is %s, %d of %d replicas are good: %s%n"
          .formatted(
              path,
              index,
              chunk.getChunk(),
              health.word(),
              health.good(),
              health.wanted(),
              String.join(", ", health.troubles()));
    }
    ListValue.Builder troubles = ListValue.newBuilder();
    health.troubles().forEach(trouble -> troubles.addValues(text(trouble)));
    return line(
        Struct.newBuilder()
            .putFields("path", text(path.toString()))
            .putFields("index", text(Long.toUnsignedString(index)))
            .putFields("chunk", text(chunk.getChunk()))
            .putFields("state", text(health.word()))
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
                  : "%d files with trouble, %d chunks short, %d unavailable"
                      .formatted(badFiles, shortChunks, unavailableChunks));
    }
    return line(
        Struct.newBuilder()
            .putFields("files", number(files))
            .putFields("chunks", number(chunks))
            .putFields("files_with_trouble", number(badFiles))
            .putFields("chunks_short", number(shortChunks))
            .putFields("chunks_unavailable", number(unavailableChunks)));
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
