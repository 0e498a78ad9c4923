package org.distrifs.systemtests.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.distrifs.systemtests.cluster.Cluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestClassOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** All cases on ext4, and on a cluster through each driver. */
@ParameterizedClass
@EnumSource(Target.class)
@TestClassOrder(ClassOrderer.OrderAnnotation.class)
class ConformanceTest {
  private static final int LEAST_ASSERTIONS = 1_000;

  @TempDir static Path folder;
  private static final Deque<AutoCloseable> OPENED = new ArrayDeque<>();

  private final Target target;

  ConformanceTest(Target target) {
    this.target = target;
  }

  @BeforeAll
  static void mount() throws Exception {
    Target.EXT4.isAt(opened(TestedFileSystem.ext4(folder)));
    Cluster cluster = opened(Cluster.start(folder, "--datanodes", "1", "--replication", "1"));
    Target.KERNEL.isAt(opened(TestedFileSystem.mount(cluster, folder.resolve("kernel"), "kernel")));
    Target.JNR_FUSE.isAt(
        opened(TestedFileSystem.mount(cluster, folder.resolve("jnr-fuse"), "jnr-fuse")));
  }

  private static <T extends AutoCloseable> T opened(T resource) {
    OPENED.push(resource);
    return resource;
  }

  @AfterAll
  static void unmount() throws Exception {
    while (!OPENED.isEmpty()) {
      OPENED.pop().close();
    }
  }

  @Nested
  class Chmod extends ChmodCases {
    Chmod() {
      super(target);
    }
  }

  @Nested
  class Chown extends ChownCases {
    Chown() {
      super(target);
    }
  }

  @Nested
  class Link extends LinkCases {
    Link() {
      super(target);
    }
  }

  @Nested
  class Handle extends HandleCases {
    Handle() {
      super(target);
    }
  }

  @Nested
  class NewFile extends NewFileCases {
    NewFile() {
      super(target);
    }
  }

  @Nested
  class PathResolution extends PathCases {
    PathResolution() {
      super(target);
    }
  }

  @Nested
  class Permission extends PermissionCases {
    Permission() {
      super(target);
    }
  }

  @Nested
  class Open extends OpenCases {
    Open() {
      super(target);
    }
  }

  @Nested
  class Rename extends RenameCases {
    Rename() {
      super(target);
    }
  }

  @Nested
  class Exchange extends ExchangeCases {
    Exchange() {
      super(target);
    }
  }

  @Nested
  class Rmdir extends RmdirCases {
    Rmdir() {
      super(target);
    }
  }

  @Nested
  class Symlink extends SymlinkCases {
    Symlink() {
      super(target);
    }
  }

  @Nested
  class Truncate extends TruncateCases {
    Truncate() {
      super(target);
    }
  }

  @Nested
  class Unlink extends UnlinkCases {
    Unlink() {
      super(target);
    }
  }

  @Nested
  class Utimens extends UtimensCases {
    Utimens() {
      super(target);
    }
  }

  @Nested
  class SetId extends SetIdCases {
    SetId() {
      super(target);
    }
  }

  @Nested
  class Sticky extends StickyCases {
    Sticky() {
      super(target);
    }
  }

  @Nested
  class Names extends NameCases {
    Names() {
      super(target);
    }
  }

  @Nested
  class Stats extends StatCases {
    Stats() {
      super(target);
    }
  }

  @Nested
  class Readdir extends ReaddirCases {
    Readdir() {
      super(target);
    }
  }

  @Nested
  class Mmap extends MmapCases {
    Mmap() {
      super(target);
    }
  }

  @Nested
  class Xattr extends XattrCases {
    Xattr() {
      super(target);
    }
  }

  @Nested
  class Acl extends AclCases {
    Acl() {
      super(target);
    }
  }

  @Nested
  class Allocation extends AllocationCases {
    Allocation() {
      super(target);
    }
  }

  @Nested
  class Flag extends FlagCases {
    Flag() {
      super(target);
    }
  }

  @Nested
  class Copy extends CopyCases {
    Copy() {
      super(target);
    }
  }

  @Nested
  class TemporaryFile extends TemporaryFileCases {
    TemporaryFile() {
      super(target);
    }
  }

  @Nested
  class Lock extends LockCases {
    Lock() {
      super(target);
    }
  }

  /** Prints the number of assertions, after all other classes. */
  @Nested
  @Order(Integer.MAX_VALUE)
  class Total {
    @Test
    void aThousandAssertionsAndMoreWereMade() {
      System.out.printf("conformance: %d assertions on %s%n", target.assertions(), target);
      assertThat(target.assertions()).isGreaterThan(LEAST_ASSERTIONS);
    }
  }
}
