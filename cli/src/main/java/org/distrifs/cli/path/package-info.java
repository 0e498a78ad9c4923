/** Paths and names as bytes, both local ones and those in DistriFS. */
package org.distrifs.cli.path;
