/** Tests that start real processes of the packaged distribution, mount it, hurt it and compare. */
package org.distrifs.systemtests;
