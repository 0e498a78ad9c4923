/**
 * What every DistriFS process needs: interfaces to disk, clock and entropy, settings, lifecycle,
 * logging and metrics.
 */
package org.distrifs.runtime;
