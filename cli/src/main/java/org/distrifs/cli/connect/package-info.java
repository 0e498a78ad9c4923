/** Which master a command connects to, and for which user it acts. */
package org.distrifs.cli.connect;
