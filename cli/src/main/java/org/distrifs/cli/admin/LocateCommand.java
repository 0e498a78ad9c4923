package org.distrifs.cli.admin;

import java.util.stream.Collectors;
import org.distrifs.cli.control.MasterAdministration;
import org.distrifs.cli.path.Operand;
import org.distrifs.cli.path.RemotePath;
import org.distrifs.proto.control.LocateReply;
import org.distrifs.proto.control.LocatedChunk;
import org.distrifs.proto.control.Member;
import org.distrifs.proto.control.ReplicaState;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code distrifs locate}. */
@Command(
    name = "locate",
    description = "Say which chunks a file has, on which datanodes, and what those report.",
    footer = {
      "",
      "A chunk's name is the name of its file on the datanodes, below chunks/.",
      "",
      "Example:",
      "  distrifs locate /photos/one.jpg"
    })
public final class LocateCommand extends AdminCommand<LocateReply> {

  @Parameters(
      paramLabel = "PATH",
      converter = Operand.RemoteConverter.class,
      description = "The file, by its path in DistriFS.")
  private RemotePath path;

  @Override
  LocateReply ask(MasterAdministration administration) {
    return administration.locate(path.bytes());
  }

  @Override
  String text(LocateReply answer) {
    StringBuilder text = new StringBuilder();
    text.append(
        "inode %s, %s bytes, %d chunks%n"
            .formatted(
                Long.toUnsignedString(answer.getAttributes().getInode()),
                Long.toUnsignedString(answer.getAttributes().getSize()),
                answer.getChunksCount()));
    answer.getChunksList().forEach(chunk -> append(text, chunk));
    return text.toString();
  }

  private static void append(StringBuilder text, LocatedChunk chunk) {
    text.append(
        "%s  %s  version %d  on %s%n"
            .formatted(
                Long.toUnsignedString(chunk.getLocation().getIndex()),
                chunk.getChunk(),
                chunk.getLocation().getVersion(),
                chunk.getLocation().getMembersList().stream()
                    .map(LocateCommand::member)
                    .collect(Collectors.joining(", "))));
    for (ReplicaState replica : chunk.getReplicasList()) {
      text.append("     datanode %d: %s%n".formatted(replica.getNodeId(), replica(replica)));
    }
  }

  private static String member(Member member) {
    return "%d (%s:%d%s)"
        .formatted(
            member.getNodeId(),
            member.getHost(),
            member.getPort(),
            member.getAlive() ? "" : ", away");
  }

  private static String replica(ReplicaState replica) {
    String known =
        replica.getReported()
            ? "version %d, %d bytes".formatted(replica.getVersion(), replica.getLength())
            : "not reported";
    return known
        + (replica.getMember() ? "" : ", no member of the chain")
        + (replica.getSuspect() ? ", suspect" : "")
        + (replica.getCorrupt() ? ", CORRUPT" : "");
  }
}
