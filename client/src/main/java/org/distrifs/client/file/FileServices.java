package org.distrifs.client.file;

import java.util.concurrent.Executor;
import java.util.function.LongConsumer;
import org.distrifs.client.ClientSettings;
import org.distrifs.client.CloseQueue;
import org.distrifs.client.Metadata;
import org.distrifs.client.cache.AttributeCache;
import org.distrifs.client.cache.ChainCache;
import org.distrifs.client.read.ReplicaReader;
import org.distrifs.client.read.SegmentCache;
import org.distrifs.client.session.MasterApi;
import org.distrifs.client.write.WriteServices;

/**
 * What all open files stand on.
 *
 * @param closes where the ends of open files wait before this process hears of them
 * @param background runs flushes that nobody waits for
 * @param learning takes over answers that must not be taken over on a thread that brings them;
 *     nothing on it ever waits for a flush
 * @param lost told of each inode of which accepted bytes were lost; must not block
 */
record FileServices(
    ClientSettings settings,
    MasterApi master,
    Metadata metadata,
    AttributeCache attributes,
    ChainCache chains,
    ReplicaReader replicas,
    SegmentCache segments,
    WriteServices writing,
    CloseQueue closes,
    Executor background,
    Executor learning,
    LongConsumer lost) {}
