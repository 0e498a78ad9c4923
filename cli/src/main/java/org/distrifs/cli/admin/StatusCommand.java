package org.distrifs.cli.admin;

import org.distrifs.cli.control.MasterAdministration;
import org.distrifs.proto.control.StatusReply;
import picocli.CommandLine.Command;

/** {@code distrifs status}. */
@Command(
    name = "status",
    description = "Say how the cluster is: datanodes, chunks, corrupt replicas, clients.",
    footer = {"", "Examples:", "  distrifs status", "  distrifs status --json | jq .nodes"})
public final class StatusCommand extends AdminCommand<StatusReply> {

  @Override
  StatusReply ask(MasterAdministration administration) {
    return administration.status();
  }

  @Override
  String text(StatusReply answer) {
    return new StatusText(answer).toString();
  }
}
