package org.distrifs.proto.connection;

/** How the two sides of a test are connected. */
enum Way {
  UNIX_SOCKET,
  TCP,
  TCP_OF_THE_JDK
}
