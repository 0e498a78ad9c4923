package org.distrifs.master.state;

import java.util.List;
import org.distrifs.proto.control.Caller;
import org.distrifs.proto.journal.Candidates;

/**
 * The circumstances of a client's mutation.
 *
 * @param timeNs the time of the entry, never below that of an earlier one
 * @param time the same, packed
 * @param candidates chains for a new chunk, from which the first usable one is taken
 */
record Mutation(
    long sessionId, Caller caller, long timeNs, long time, List<Candidates> candidates) {}
