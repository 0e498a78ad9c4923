/**
 * The master at work: one thread owns the state, and everything that reaches the master is handed
 * to it.
 *
 * <p>The way of a mutation: a stream's I/O thread hands a batch to {@link
 * org.distrifs.master.service.MasterLoop}; its thread prepares each operation (remembered answer,
 * placement), collects journal entries and proposes them together; the log makes them durable and
 * hands them back; the same thread applies them and answers. Reads are answered between applies. No
 * object in here but the loop's queue and the gRPC endpoints is touched by two threads.
 */
package org.distrifs.master.service;
