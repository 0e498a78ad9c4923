/** Locks on files and on ranges of them, by owner; {@code docs/locks.md} says what they are for. */
package org.distrifs.master.lock;
