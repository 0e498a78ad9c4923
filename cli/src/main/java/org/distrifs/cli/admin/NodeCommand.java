package org.distrifs.cli.admin;

import org.distrifs.cli.connect.MasterOption;
import org.distrifs.cli.control.MasterAdministration;
import org.distrifs.runtime.log.Logging;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code distrifs node …}. */
@Command(
    name = "node",
    description = "Change which datanodes belong to the cluster.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = NodeCommand.Forget.class)
public final class NodeCommand implements Runnable {

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "No command is given.");
  }

  @Command(
      name = "forget",
      description = "Take a datanode out of the cluster that will not come back.",
      footer = {
        "",
        "It is refused, with the reasons, while the datanode could still be needed. Should it come",
        "back after all, it is not let in.",
        "",
        "Example:",
        "  distrifs node forget 2"
      })
  static final class Forget implements Runnable {

    private static final long CALL_BOUND_MS = 30_000;

    @Spec private CommandSpec spec;
    @Mixin private MasterOption master;

    @Parameters(paramLabel = "ID", description = "Its number, as 'distrifs status' shows it.")
    private int nodeId;

    @Override
    public void run() {
      Logging.start(Logging.Use.COMMAND);
      try (MasterAdministration administration =
          new MasterAdministration(master.addresses(), CALL_BOUND_MS)) {
        administration.forgetNode(nodeId);
      }
      spec.commandLine().getOut().println("Datanode " + nodeId + " is forgotten.");
    }
  }
}
