package org.distrifs.proto.connection;

import java.net.UnknownHostException;
import org.distrifs.runtime.lifecycle.OperatorException;

/** Tells an operator why a process cannot listen where it was told to. */
public final class BindFailure {
  private BindFailure() {}

  /**
   * @param what is served there, such as {@code chunk data}
   * @param cause what the attempt to bind failed with
   */
  public static OperatorException describe(String what, String host, int port, Throwable cause) {
    final Throwable root = root(cause);
    final String reason =
        root instanceof UnknownHostException ? "unknown host" : String.valueOf(root.getMessage());
    return new OperatorException(
        "Cannot listen for "
            + what
            + " on "
            + host
            + ":"
            + port
            + ": "
            + reason
            + ". Is another process using the port ('ss -ltnp' shows it)? Choose another port, or an"
            + " address of this machine.",
        cause);
  }

  private static Throwable root(Throwable cause) {
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }
}
