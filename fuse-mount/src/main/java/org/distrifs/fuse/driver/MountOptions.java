package org.distrifs.fuse.driver;

import java.nio.file.Path;

/**
 * How a file system is mounted.
 *
 * @param mountPoint an absolute path of an empty folder; never looked at by the driver itself
 * @param source what {@code df} and the mount table show as the device
 * @param allowOther whether users other than the one who mounts may use it
 * @param attributeTimeoutMs how long the kernel may keep attributes without asking
 * @param entryTimeoutMs how long the kernel may keep names without asking
 * @param threads requests served at the same time
 */
public record MountOptions(
    Path mountPoint,
    String source,
    boolean allowOther,
    long attributeTimeoutMs,
    long entryTimeoutMs,
    int threads) {}
