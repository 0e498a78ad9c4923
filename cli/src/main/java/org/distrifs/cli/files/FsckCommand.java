package org.distrifs.cli.files;

import java.io.IOException;
import org.distrifs.cli.control.MasterAdministration;
import org.distrifs.cli.path.Operand;
import org.distrifs.cli.path.RemotePath;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.LocateReply;
import org.distrifs.proto.error.Errno;
import org.distrifs.proto.error.ErrnoException;
import org.distrifs.runtime.lifecycle.OperatorException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code distrifs fsck}. */
@Command(
    name = "fsck",
    description =
        "Say which files are not known to have all their good replicas, and why. Reads no data: it"
            + " asks the master what the datanodes have reported.",
    footer = {
      "",
      "A chunk is unknown while its datanodes have not reported it, waiting while one is silent,",
      "repairing while repair makes a replica anew, short if no datanode can take another, and lost if",
      "no datanode has a good one. You need to act on short and lost ones only.",
      "",
      "Exit codes: 0 every replica is good; 1 some are not, but every byte can be read; 2 some data",
      "has no good replica now, or could not be looked at.",
      "",
      "Examples:",
      "  distrifs fsck /",
      "  distrifs fsck --json /photos | jq 'select(.state == \"lost\")'"
    })
public final class FsckCommand extends FileCommand {

  private static final long CALL_BOUND_MS = 60_000;
  private static final int TROUBLE = 1;
  private static final int UNAVAILABLE = 2;

  @Option(
      names = "--json",
      description = "One JSON object a line: for each chunk with trouble, and last the numbers.")
  private boolean json;

  @Parameters(
      paramLabel = "PATH",
      converter = Operand.RemoteConverter.class,
      description = "A file, or a directory with everything below it.")
  private RemotePath path;

  private FsckReport report;

  @Override
  void run(RemoteFiles files) throws IOException {
    try (MasterAdministration master = new MasterAdministration(masters(), CALL_BOUND_MS)) {
      report = new FsckReport(master.status().getReplication(), json);
      Attributes start = about(path, () -> files.follow(path));
      check(files, master, path, start);
      print(report.summary());
    }
  }

  /**
   * Checks a tree. Holds only one page of each directory on the path in memory, however large the
   * tree is.
   */
  private void check(
      RemoteFiles files, MasterAdministration master, RemotePath at, Attributes attributes)
      throws IOException {
    if (FileType.isDirectory(attributes)) {
      TreeDepth.check(at);
      files.forEachEntry(
          attributes,
          entry -> {
            RemotePath child = at.child(entry.getName());
            attempt(child, () -> check(files, master, child, entry.getAttributes()));
          });
    } else if (FileType.isRegular(attributes)) {
      print(checkFile(files, master, at));
    }
  }

  private String checkFile(RemoteFiles files, MasterAdministration master, RemotePath at)
      throws IOException {
    LocateReply located;
    try {
      located = master.locate(at.bytes());
    } catch (OperatorException e) {
      if (isGone(files, at)) {
        return "";
      }
      throw new IOException(e.getMessage(), e);
    }
    return report.file(at, located);
  }

  /** Whether a file was removed after its directory was read. */
  private static boolean isGone(RemoteFiles files, RemotePath at) throws IOException {
    try {
      files.noFollow(at);
      return false;
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR) {
        return true;
      }
      throw e;
    }
  }

  @Override
  int exitCode(boolean anyFailed) {
    if (anyFailed || report == null || report.foundUnavailable()) {
      return UNAVAILABLE;
    }
    return report.foundTrouble() ? TROUBLE : 0;
  }
}
