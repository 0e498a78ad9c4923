/**
 * The master's state machine. {@link org.distrifs.master.state.MasterState} is the façade: journal
 * entries in, answers out. One thread owns it. No threads, sockets, files or clocks are in here, so
 * that the same entries in the same order give the same state everywhere.
 */
package org.distrifs.master.state;
