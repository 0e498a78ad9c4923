package org.distrifs.cli.files;

import picocli.CommandLine.Option;

/** The flags of both {@code put} and {@code get}. */
final class CopyOptions {

  @Option(
      names = {"-r", "-R", "--recursive"},
      description = "Directories too, with all that is in them; links stay links.")
  private boolean recursive;

  @Option(
      names = {"-p", "--preserve"},
      description = "Keep modes and times (and owners, for root).")
  private boolean preserve;

  boolean recursive() {
    return recursive;
  }

  boolean preserve() {
    return preserve;
  }
}
