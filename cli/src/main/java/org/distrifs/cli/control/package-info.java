/** Calls to the master's administration service. */
package org.distrifs.cli.control;
