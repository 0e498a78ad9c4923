/** The rules that every run must keep, and the checks of what clients read and disks hold. */
package org.distrifs.simulation.checker;
