package org.distrifs.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.distrifs.cli.admin.LocateCommand;
import org.distrifs.cli.admin.NodeCommand;
import org.distrifs.cli.admin.QuarantineCommand;
import org.distrifs.cli.admin.StatusCommand;
import org.distrifs.cli.files.CatCommand;
import org.distrifs.cli.files.DfCommand;
import org.distrifs.cli.files.FsckCommand;
import org.distrifs.cli.files.GetCommand;
import org.distrifs.cli.files.LsCommand;
import org.distrifs.cli.files.MkdirCommand;
import org.distrifs.cli.files.MvCommand;
import org.distrifs.cli.files.PutCommand;
import org.distrifs.cli.files.RmCommand;
import org.distrifs.cli.files.StatCommand;
import org.distrifs.cli.local.LocalCommand;
import org.distrifs.cli.mount.UmountCommand;
import org.distrifs.cli.role.DatanodeCommand;
import org.distrifs.cli.role.ExampleConfCommand;
import org.distrifs.cli.role.MasterCommand;
import org.distrifs.cli.role.MountCommand;
import picocli.CommandLine;

/**
 * The commands by name. Only the class of the command that was given is loaded, so that it starts
 * fast. All are loaded for the help, and to suggest a command when the name is unknown.
 */
final class Subcommands {

  private static final Map<String, Supplier<Object>> BY_NAME = new LinkedHashMap<>();

  static {
    BY_NAME.put("local", LocalCommand::new);
    BY_NAME.put("status", StatusCommand::new);
    BY_NAME.put("locate", LocateCommand::new);
    BY_NAME.put("fsck", FsckCommand::new);
    BY_NAME.put("node", NodeCommand::new);
    BY_NAME.put("quarantine", QuarantineCommand::new);
    BY_NAME.put("put", PutCommand::new);
    BY_NAME.put("get", GetCommand::new);
    BY_NAME.put("cat", CatCommand::new);
    BY_NAME.put("ls", LsCommand::new);
    BY_NAME.put("stat", StatCommand::new);
    BY_NAME.put("mkdir", MkdirCommand::new);
    BY_NAME.put("mv", MvCommand::new);
    BY_NAME.put("rm", RmCommand::new);
    BY_NAME.put("df", DfCommand::new);
    BY_NAME.put("mount", MountCommand::new);
    BY_NAME.put("umount", UmountCommand::new);
    BY_NAME.put("master", MasterCommand::new);
    BY_NAME.put("datanode", DatanodeCommand::new);
    BY_NAME.put("example-conf", ExampleConfCommand::new);
  }

  private Subcommands() {}

  static void addTo(CommandLine root, String... arguments) {
    Supplier<Object> asked = arguments.length == 0 ? null : BY_NAME.get(arguments[0]);
    if (asked != null) {
      root.addSubcommand(arguments[0], asked.get());
    } else {
      BY_NAME.forEach((name, command) -> root.addSubcommand(name, command.get()));
    }
  }
}
