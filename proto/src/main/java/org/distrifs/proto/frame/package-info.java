/** The data plane's frames: requests, answers and their codec. */
package org.distrifs.proto.frame;
