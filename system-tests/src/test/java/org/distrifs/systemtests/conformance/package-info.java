/**
 * What each file-system call answers, as POSIX and the Linux manual pages have it: the same cases
 * on ext4, which proves them, and on a real cluster through each driver. {@link
 * org.distrifs.systemtests.conformance.ConformanceTest} is the table of contents.
 */
package org.distrifs.systemtests.conformance;
