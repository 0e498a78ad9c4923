package org.distrifs.cli.connect;

import java.util.List;
import org.distrifs.cli.local.RememberedCluster;
import org.distrifs.proto.connection.PeerAddress;
import org.distrifs.runtime.lifecycle.OperatorException;
import picocli.CommandLine.Option;

/** The flag that names the master, and its defaults. */
public final class MasterOption {

  /** The environment variable that names the masters if the flag is not given: {@value}. */
  public static final String VARIABLE = "DISTRIFS_MASTER";

  @Option(
      names = "--master",
      paramLabel = "HOST:PORT[,…]",
      description =
          "The master (default: DISTRIFS_MASTER in the environment, else the local cluster's).")
  private String master;

  /**
   * The masters to try in turn: those of the flag, else those of {@value #VARIABLE}, else the
   * master of the local cluster in the default folder.
   *
   * @throws OperatorException if none of these names one, or an address does not parse
   */
  public List<PeerAddress> addresses() {
    return PeerAddress.parseList(text());
  }

  private String text() {
    if (master != null) {
      return master;
    }
    String variable = System.getenv(VARIABLE);
    if (variable != null && !variable.isBlank()) {
      return variable;
    }
    return RememberedCluster.masterAddress()
        .orElseThrow(
            () ->
                new OperatorException(
                    "No master is named. Give --master HOST:PORT, set "
                        + VARIABLE
                        + ", or make a local cluster with 'distrifs local up'.",
                    OperatorException.USAGE_EXIT_CODE));
  }
}
