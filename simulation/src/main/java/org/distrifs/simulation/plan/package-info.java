/**
 * The plan of a run. It is drawn from a seed before the run, so that a run can be repeated and
 * shrunk.
 */
package org.distrifs.simulation.plan;
