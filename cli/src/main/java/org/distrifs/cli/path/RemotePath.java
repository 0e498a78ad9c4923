package org.distrifs.cli.path;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;

/**
 * A path in DistriFS: names with slashes between them, from the root. Names are bytes. Empty names
 * and "." are left out. ".." stays, because a symbolic link decides where it leads.
 */
public final class RemotePath {

  public static final ByteString UP = ByteString.copyFromUtf8("..");
  public static final RemotePath ROOT = new RemotePath(List.of());

  private static final ByteString HERE = ByteString.copyFromUtf8(".");
  private static final ByteString SLASH = ByteString.copyFromUtf8("/");

  private final List<ByteString> names;

  private RemotePath(List<ByteString> names) {
    this.names = List.copyOf(names);
  }

  /** Reads a path. One without a slash at its start begins at the root, too. */
  public static RemotePath of(ByteString path) {
    List<ByteString> names = new ArrayList<>();
    int start = 0;
    for (int i = 0; i <= path.size(); i++) {
      if (i == path.size() || path.byteAt(i) == '/') {
        ByteString name = path.substring(start, i);
        if (!name.isEmpty() && !name.equals(HERE)) {
          names.add(name);
        }
        start = i + 1;
      }
    }
    return new RemotePath(names);
  }

  public List<ByteString> names() {
    return names;
  }

  public boolean isRoot() {
    return names.isEmpty();
  }

  /** The last name. The root has none. */
  public ByteString name() {
    return names.get(names.size() - 1);
  }

  /** The path without its last name. The parent of the root is the root. */
  public RemotePath parent() {
    return isRoot() ? this : new RemotePath(names.subList(0, names.size() - 1));
  }

  public RemotePath child(ByteString name) {
    List<ByteString> longer = new ArrayList<>(names);
    longer.add(name);
    return new RemotePath(longer);
  }

  /** The path as it is written, with a slash at its start. */
  public ByteString bytes() {
    if (isRoot()) {
      return SLASH;
    }
    ByteString bytes = ByteString.EMPTY;
    for (ByteString name : names) {
      bytes = bytes.concat(SLASH).concat(name);
    }
    return bytes;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RemotePath path && names.equals(path.names);
  }

  @Override
  public int hashCode() {
    return names.hashCode();
  }

  /** For people: bytes that are no UTF-8 are shown as question marks. */
  @Override
  public String toString() {
    return bytes().toStringUtf8();
  }
}
