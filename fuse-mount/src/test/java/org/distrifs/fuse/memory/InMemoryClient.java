package org.distrifs.fuse.memory;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.distrifs.client.DistriFsClient;
import org.distrifs.client.Metadata;
import org.distrifs.client.OpenFile;
import org.distrifs.proto.control.Attributes;
import org.distrifs.proto.control.Caller;

/** The client's façade over {@link MemoryTree}. Two drivers may share one: two mounts. */
public final class InMemoryClient implements DistriFsClient {
  private final MemoryTree tree = new MemoryTree();

  @Override
  public Metadata metadata() {
    return tree;
  }

  @Override
  public OpenFile open(long inode) throws IOException {
    return new MemoryFile(tree, tree.open(inode));
  }

  @Override
  public OpenFile createAndOpen(
      long parent, ByteString name, int mode, boolean exclusive, Caller caller) throws IOException {
    return new MemoryFile(tree, tree.create(parent, name, mode, exclusive, caller));
  }

  @Override
  public void flushAll() {}

  @Override
  public void close() {}

  private record MemoryFile(MemoryTree tree, Node node) implements OpenFile {
    @Override
    public long inode() {
      return node.inode();
    }

    @Override
    public Attributes attributes() {
      return tree.snapshot(node);
    }

    @Override
    public int read(long offset, ByteBuffer target) {
      long available = Math.max(0, attributes().getSize() - offset);
      int count = (int) Math.min(available, target.remaining());
      ByteBuffer part = target.slice(target.position(), count);
      node.data.read(offset, part);
      target.position(target.position() + count);
      return count;
    }

    @Override
    public void write(long offset, ByteBuffer source) {
      long end = offset + source.remaining();
      node.data.write(offset, source);
      tree.written(node, end);
    }

    @Override
    public long append(ByteBuffer source) {
      synchronized (node) {
        long offset = attributes().getSize();
        write(offset, source);
        return offset;
      }
    }

    @Override
    public void truncate(long size) {
      tree.truncate(node, size);
    }

    @Override
    public void flush() {}

    @Override
    public void sync() {}

    @Override
    public void close() {
      tree.closed(node);
    }
  }
}
