/** Paths and names as bytes, on both sides, from the command line on. */
package org.distrifs.cli.path;
