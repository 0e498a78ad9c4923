/**
 * The master at work: everything that reaches the master is a task of {@link
 * org.distrifs.master.service.MasterLoop}, which runs one at a time, so that the state needs no
 * locks.
 *
 * <p>The way of a mutation: a stream's I/O thread hands a batch to the loop; the task prepares each
 * operation (remembered answer, placement) and collects journal entries, which are proposed
 * together; the log makes them durable and hands them to the loop again; that task applies them and
 * answers. Reads are answered between applies. No object in here but the loop's queue and the gRPC
 * endpoints is touched by two threads at once.
 */
package org.distrifs.master.service;
