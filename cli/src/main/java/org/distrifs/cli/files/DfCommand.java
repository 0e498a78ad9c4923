package org.distrifs.cli.files;

import java.io.IOException;
import org.distrifs.cli.output.HumanBytes;
import org.distrifs.proto.control.FileSystemStatistics;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code distrifs df}. */
@Command(
    name = "df",
    description = "Show how much room there is, replicas counted once.",
    footer = {"", "Example:", "  distrifs df -h"})
public final class DfCommand extends FileCommand {

  private static final int BLOCK_BYTES = 1024;

  @Option(
      names = {"-h", "--human-readable"},
      description = "In units that people read, as 1.5G.")
  private boolean human;

  @Override
  void run(RemoteFiles files) throws IOException {
    FileSystemStatistics statistics = files.statistics();
    long total = statistics.getTotalBytes();
    long available = statistics.getAvailableBytes();
    long used = Math.max(0, total - available);
    long percent = total == 0 ? 0 : Math.round(Math.ceil(100.0 * used / total));
    print(
        "%-12s %12s %12s %12s %5s %12s\n"
            .formatted(
                "Filesystem", human ? "Size" : "1K-blocks", "Used", "Available", "Use%", "Inodes"));
    print(
        "%-12s %12s %12s %12s %4d%% %12s\n"
            .formatted(
                "distrifs",
                amount(total),
                amount(used),
                amount(available),
                percent,
                Long.toUnsignedString(statistics.getInodes())));
  }

  private String amount(long bytes) {
    return human ? HumanBytes.of(bytes) : Long.toString(bytes / BLOCK_BYTES);
  }
}
