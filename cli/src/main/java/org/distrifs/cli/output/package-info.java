/** How commands write numbers for people. */
package org.distrifs.cli.output;
