/** Simulated time: one queue of events, the processes that they belong to, their clocks. */
package org.distrifs.simulation.scheduler;
