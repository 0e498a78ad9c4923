/** What happens in a run: drawn from a seed beforehand, so that it can be repeated and shrunk. */
package org.distrifs.simulation.plan;
