/** A mount from outside of the process that serves it: started, looked at, taken away. */
package org.distrifs.cli.mount;
