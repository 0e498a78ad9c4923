/**
 * Who is there and who holds what: datanodes with their leases and silences, and the replicas that
 * they report.
 *
 * <p>The journal says who <em>may</em> hold a current replica (the committed chain); this package
 * remembers who <em>does</em>. Nothing here is journalled: it is rebuilt from registrations,
 * heartbeats and block reports after each start. Plain objects that belong to the thread that owns
 * the master's state; time comes in as an argument.
 */
package org.distrifs.master.liveness;
