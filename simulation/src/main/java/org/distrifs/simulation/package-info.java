/** The parts of DistriFS under a seeded scheduler, and the random operations that tests share. */
package org.distrifs.simulation;
