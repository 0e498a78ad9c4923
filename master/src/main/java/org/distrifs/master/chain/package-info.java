/**
 * How a chain changes: RESERVE a version, FENCE the members, RECONCILE them with one source,
 * INSTALL the new version and length, COMMIT.
 *
 * <p>{@link org.distrifs.master.chain.ChangeProcedure} is one such change as a plain object: events
 * in, actions out. {@link org.distrifs.master.chain.ChangeDriver} decides which chunks need one,
 * carries the actions out through {@link org.distrifs.master.chain.ChangeEnvironment}, and begins
 * again under a higher version when one failed. Both belong to the thread that owns the master's
 * state.
 */
package org.distrifs.master.chain;
