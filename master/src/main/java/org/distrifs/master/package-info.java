/** The metadata master: namespace, journal, chunk map, placement, repair and sessions. */
package org.distrifs.master;
