package org.distrifs.cli.role;

import org.distrifs.client.ClientSettings;
import org.distrifs.datanode.DatanodeSettings;
import org.distrifs.fuse.mount.MountSettings;
import org.distrifs.master.MasterSettings;
import org.distrifs.runtime.settings.SettingsSchema;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code distrifs example-conf}. */
@Command(
    name = "example-conf",
    description =
        "Print a settings file for a role, with every setting, its default and its range.",
    footer = {"", "Example:", "  distrifs example-conf master > master.conf"})
public final class ExampleConfCommand implements Runnable {

  /** The roles, as they are typed. */
  enum Role {
    MASTER(MasterSettings.SCHEMA),
    DATANODE(DatanodeSettings.SCHEMA),
    MOUNT(MountSettings.SCHEMA.and(ClientSettings.SCHEMA));

    private final SettingsSchema schema;

    Role(SettingsSchema schema) {
      this.schema = schema;
    }
  }

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "ROLE", description = "master, datanode or mount")
  private Role role;

  @Override
  public void run() {
    spec.commandLine().getOut().print(role.schema.renderExample());
    spec.commandLine().getOut().flush();
  }
}
