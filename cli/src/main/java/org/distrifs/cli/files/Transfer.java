package org.distrifs.cli.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import org.distrifs.client.OpenFile;

/**
 * Moves the bytes of files between DistriFS and local channels, through one direct buffer. Not
 * thread-safe.
 */
final class Transfer {

  private static final int BUFFER_BYTES = 1 << 20;

  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);

  /**
   * Copies all bytes of the source into the file, from its start on. The caller closes the file,
   * which flushes it.
   */
  void upload(ReadableByteChannel source, OpenFile target, Progress progress) throws IOException {
    long offset = 0;
    while (fill(source)) {
      int bytes = buffer.remaining();
      target.write(offset, buffer);
      offset += bytes;
      progress.advance(bytes);
    }
  }

  /** Copies all bytes of the file. */
  void download(OpenFile source, WritableByteChannel target, Progress progress) throws IOException {
    long offset = 0;
    while (true) {
      buffer.clear();
      int bytes = source.read(offset, buffer);
      if (bytes <= 0) {
        return;
      }
      buffer.flip();
      while (buffer.hasRemaining()) {
        write(target);
      }
      offset += bytes;
      progress.advance(bytes);
    }
  }

  private void write(WritableByteChannel target) throws IOException {
    try {
      target.write(buffer);
    } catch (IOException e) {
      throw BrokenPipeException.orSame(e);
    }
  }

  /**
   * Fills the buffer, in several reads if need be, since a pipe gives little at a time. False at
   * the end.
   */
  private boolean fill(ReadableByteChannel source) throws IOException {
    buffer.clear();
    int read = 0;
    while (read >= 0 && buffer.hasRemaining()) {
      read = source.read(buffer);
    }
    buffer.flip();
    return buffer.hasRemaining();
  }
}
