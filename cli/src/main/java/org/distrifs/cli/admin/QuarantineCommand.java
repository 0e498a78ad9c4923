package org.distrifs.cli.admin;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.distrifs.cli.output.HumanBytes;
import org.distrifs.datanode.store.RemovedReplicas;
import org.distrifs.datanode.store.RemovedReplicas.Removed;
import org.distrifs.runtime.lifecycle.OperatorException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code distrifs quarantine …}: shows and changes the replicas that a datanode keeps outside of
 * its store.
 */
@Command(
    name = "quarantine",
    description = "List, remove or bring back replicas that a datanode has set aside.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      QuarantineCommand.ListThem.class,
      QuarantineCommand.Remove.class,
      QuarantineCommand.Restore.class
    },
    footer = {
      "",
      "After a rollback of the master, replicas of chunks that it does not know any more are set",
      "aside in the folder quarantine/ of each datanode. With --trash the same is done with those",
      "that were deleted.",
      "",
      "Examples:",
      "  distrifs quarantine list --data /srv/distrifs/datanode",
      "  distrifs quarantine restore --trash --all --data /srv/distrifs/datanode",
    })
public final class QuarantineCommand implements Runnable {

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "No command is given.");
  }

  /** A command on the replicas that a datanode has set aside, in quarantine or trash. */
  abstract static class OfFolder implements Runnable {

    @Spec CommandSpec spec;

    @Option(
        names = "--data",
        paramLabel = "FOLDER",
        required = true,
        description = "The data folder of the datanode.")
    private Path data;

    @Option(names = "--trash", description = "Those that were deleted, not those in quarantine.")
    private boolean trash;

    RemovedReplicas replicas() {
      return trash ? RemovedReplicas.inTrash(data) : RemovedReplicas.inQuarantine(data);
    }

    void say(String line) {
      PrintWriter out = spec.commandLine().getOut();
      out.println(line);
      out.flush();
    }
  }

  @Command(
      name = "list",
      description = "List them: chunk, version, bytes, when they were set aside.")
  static final class ListThem extends OfFolder {
    @Override
    public void run() {
      List<Removed> all = replicas().list();
      all.forEach(
          each ->
              say(
                  "%s  version %s  %s  %s"
                      .formatted(
                          each.chunk(),
                          Integer.toUnsignedString(each.version()),
                          HumanBytes.of(each.bytes()),
                          Instant.ofEpochMilli(each.removedMs()))));
      say("%d replicas".formatted(all.size()));
    }
  }

  /** A command on replicas that are named, or on all. */
  abstract static class OfSome extends OfFolder {

    @Option(names = "--all", description = "All of them.")
    private boolean all;

    @Parameters(
        arity = "0..*",
        paramLabel = "CHUNK",
        description = "Names of chunks, as 'list' shows them.")
    private List<String> chunks = List.of();

    List<Removed> chosen(RemovedReplicas replicas) {
      if (all == !chunks.isEmpty()) {
        throw new ParameterException(spec.commandLine(), "Name chunks, or give --all.");
      }
      List<Removed> listed = replicas.list();
      for (String chunk : chunks) {
        if (listed.stream().noneMatch(each -> each.chunk().toString().equals(chunk))) {
          throw new OperatorException("There is no replica of a chunk " + chunk + " there.");
        }
      }
      return listed.stream()
          .filter(each -> all || chunks.contains(each.chunk().toString()))
          .toList();
    }
  }

  @Command(name = "remove", description = "Remove them for good, while the datanode is stopped.")
  static final class Remove extends OfSome {
    @Override
    public void run() {
      RemovedReplicas replicas = replicas();
      List<Removed> chosen = chosen(replicas);
      replicas.remove(chosen);
      say("%d replicas removed".formatted(chosen.size()));
    }
  }

  @Command(
      name = "restore",
      description = {
        "Bring them back, while the datanode is stopped.",
        "At its next start the master hears of them, and keeps those of chunks that it knows."
      })
  static final class Restore extends OfSome {
    @Override
    public void run() {
      RemovedReplicas replicas = replicas();
      List<Removed> chosen = chosen(replicas);
      int restored = replicas.restore(chosen);
      say(
          "%d replicas are back, %d were left: their chunk has another one here"
              .formatted(restored, chosen.size() - restored));
    }
  }
}
