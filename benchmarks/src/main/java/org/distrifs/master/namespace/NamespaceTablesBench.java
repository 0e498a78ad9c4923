package org.distrifs.master.namespace;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * The tables of inodes and directory entries, with so many of each in directories of a thousand. In
 * the tables' own package, because nobody else may use them.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class NamespaceTablesBench {
  private static final int NAMES = 1 << 12;
  private static final int FILES_PER_DIRECTORY = 1000;
  private static final int MODE = 0100644;

  /** A prime: the files that are asked for lie far apart. */
  private static final int STRIDE = 611_953;

  @Param({"10000", "1000000"})
  public int files;

  private final InodeTable inodes = new InodeTable();
  private final DentryTable dentries = new DentryTable();
  private final byte[][] names = new byte[NAMES][];
  private int next;

  /** Makes the files; names repeat from directory to directory. */
  @Setup
  public void setUp() {
    for (int i = 0; i < NAMES; i++) {
      names[i] = ("file-" + i + ".dat").getBytes(UTF_8);
    }
    for (int i = 0; i < files; i++) {
      dentries.add(directory(i), name(i), inodes.create(MODE, 0, 0, i));
    }
  }

  /** By its number. */
  @Benchmark
  public int findInode() {
    return inodes.find(1L + nextFile());
  }

  /** By parent and name. */
  @Benchmark
  public int findDentry() {
    final int file = nextFile();
    return dentries.find(directory(file), name(file));
  }

  /** What a create and an unlink do to both tables. */
  @Benchmark
  public void addAndRemove() {
    final int inode = inodes.create(MODE, 0, 0, 1);
    final int dentry = dentries.add(1, names[NAMES - 1], inode);
    dentries.remove(dentry);
    inodes.remove(inode);
  }

  private int nextFile() {
    next = (next + STRIDE) % files;
    return next;
  }

  private static int directory(int file) {
    return 1 + file / FILES_PER_DIRECTORY;
  }

  private byte[] name(int file) {
    return names[file % FILES_PER_DIRECTORY];
  }
}
