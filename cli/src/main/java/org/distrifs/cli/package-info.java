/** The {@code distrifs} command, which starts every role and does every user task. */
package org.distrifs.cli;
