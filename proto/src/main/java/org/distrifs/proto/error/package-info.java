/** Errors: POSIX numbers, and the exception that carries one. */
package org.distrifs.proto.error;
