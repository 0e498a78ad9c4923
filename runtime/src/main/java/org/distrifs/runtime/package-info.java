/**
 * What every DistriFS process stands on: disk, clock and entropy interfaces, settings, lifecycle
 * and metrics.
 */
package org.distrifs.runtime;
