package org.distrifs.client.write;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import org.distrifs.client.ClientSettings;
import org.distrifs.client.cache.ChainCache;
import org.distrifs.client.session.MasterApi;
import org.distrifs.client.session.Waiting;
import org.distrifs.proto.connection.ChunkTransport;
import org.distrifs.runtime.clock.ClockSource;

/**
 * What the writers of all files share.
 *
 * @param sequences the last sequence given to a packet; one for the client, so that the sequences
 *     of a chunk rise over every file handle it is ever written through; intents and append leases,
 *     whose numbers have to rise too, are numbered by the same
 * @param relief makes every file send its unsent bytes; called by a writer that found no memory,
 *     without any lock held
 */
public record WriteServices(
    MasterApi master,
    ChainCache chains,
    ChunkTransport transport,
    ScheduledExecutorService timer,
    ClockSource clock,
    Waiting waiting,
    WriteMemory memory,
    AtomicLong sequences,
    Runnable relief,
    ClientSettings settings,
    WriteMetrics metrics) {}
