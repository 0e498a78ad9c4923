package org.distrifs.fuse.mount;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.distrifs.fuse.memory.MemoryMount;

/** How {@link MemoryMount} is run in a process of its own. */
final class MemoryMountProcess {
  private MemoryMountProcess() {}

  static List<String> command(Path mountPoint, DriverChoice driver) {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-"))
        .forEach(command::add);
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            MemoryMount.class.getName(),
            mountPoint.toString(),
            driver.word()));
    return command;
  }
}
