/** Which master a command speaks to, and on whose behalf. */
package org.distrifs.cli.connect;
