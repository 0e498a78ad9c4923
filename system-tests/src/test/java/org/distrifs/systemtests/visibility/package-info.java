/** What of a cluster a mount shows of what another one has changed. */
package org.distrifs.systemtests.visibility;
