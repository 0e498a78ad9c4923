package org.distrifs.datanode.store;

import java.util.List;

/**
 * A replica's state with what the chain needs to recognise duplicates.
 *
 * @param recentWrites the writes applied last, oldest first, at most {@link
 *     ChunkStore#MAX_RECENT_WRITES}
 */
public record OpenedReplica(ReplicaState state, List<WriteId> recentWrites) {}
