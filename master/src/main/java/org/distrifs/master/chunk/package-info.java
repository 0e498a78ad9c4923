/** The chunk map: which chunks exist, whose they are, and the committed chain of each. */
package org.distrifs.master.chunk;
