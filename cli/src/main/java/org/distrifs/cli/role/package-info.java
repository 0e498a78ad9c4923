/**
 * One role in the foreground: {@code distrifs master}, {@code datanode}, {@code mount}. It runs
 * until it is asked to stop by a signal, and then ends in order.
 */
package org.distrifs.cli.role;
