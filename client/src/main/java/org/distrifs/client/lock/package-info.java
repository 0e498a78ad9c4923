/** The locks that this process holds for its callers; {@code docs/locks.md} says how they work. */
package org.distrifs.client.lock;
