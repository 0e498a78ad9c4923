/** JMH benchmarks of the inner parts. */
package org.distrifs.benchmarks;
