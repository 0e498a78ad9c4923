/**
 * JMH benchmarks of parts that anybody may use, and of the data plane as a whole. Those of parts
 * that only their own package may use are in that package. {@code scripts/bench-parts} runs them.
 */
package org.distrifs.benchmarks;
