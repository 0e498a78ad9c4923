package org.distrifs.datanode.store;

import java.io.IOException;
import org.distrifs.proto.frame.Status;

/** The store could not do what it was asked; the status is what the asker is answered. */
public final class StoreException extends IOException {
  private static final long serialVersionUID = 1L;

  private final Status status;

  public StoreException(Status status, String sentence) {
    super(sentence);
    this.status = status;
  }

  public StoreException(Status status, String sentence, Throwable cause) {
    super(sentence, cause);
    this.status = status;
  }

  public Status status() {
    return status;
  }
}
