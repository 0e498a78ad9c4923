/** Starts, examines and ends mounts, from outside of the processes that serve them. */
package org.distrifs.cli.mount;
