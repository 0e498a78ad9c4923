/**
 * Runs the parts of DistriFS under a scheduler with a seed, and has the random operations that
 * tests of several modules use.
 */
package org.distrifs.simulation;
