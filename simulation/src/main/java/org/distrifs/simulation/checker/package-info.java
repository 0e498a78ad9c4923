/** What must hold in every run: what is written, read and kept is compared with what may be. */
package org.distrifs.simulation.checker;
