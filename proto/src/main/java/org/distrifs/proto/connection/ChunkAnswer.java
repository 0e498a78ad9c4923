package org.distrifs.proto.connection;

import io.netty.buffer.ByteBuf;
import org.distrifs.proto.frame.DataReply;

/**
 * An answer with its payload.
 *
 * @param payload direct; never null, empty where there is none. The receiver releases it.
 */
public record ChunkAnswer(DataReply reply, ByteBuf payload) {}
