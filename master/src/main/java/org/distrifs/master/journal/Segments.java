package org.distrifs.master.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.distrifs.runtime.disk.Disk;

/** The names of a log's files. */
final class Segments {

  private static final String PREFIX = "master.log.";

  /** Without leading zeros, and within a long. */
  private static final Pattern NAME = Pattern.compile(Pattern.quote(PREFIX) + "([1-9][0-9]{0,17})");

  /** A segment's file, by its name. */
  record Segment(Path path, long firstTxid) {}

  private Segments() {}

  static Path path(Path folder, long firstTxid) {
    return folder.resolve(PREFIX + firstTxid);
  }

  /** Where a first segment is prepared before it gets its name. */
  static Path unfinished(Path folder) {
    return folder.resolve(PREFIX + "new");
  }

  /** All segments of a folder in their order. */
  static List<Segment> list(Disk disk, Path folder) throws IOException {
    List<Segment> segments = new ArrayList<>();
    for (Path path : disk.list(folder)) {
      Matcher matcher = NAME.matcher(path.getFileName().toString());
      if (matcher.matches()) {
        segments.add(new Segment(path, Long.parseLong(matcher.group(1))));
      }
    }
    segments.sort(Comparator.comparingLong(Segment::firstTxid));
    return segments;
  }
}
