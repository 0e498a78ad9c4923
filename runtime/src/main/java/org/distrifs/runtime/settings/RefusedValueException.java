package org.distrifs.runtime.settings;

/** A value that a setting does not take; the message continues a sentence: "is ...". */
final class RefusedValueException extends Exception {

  private static final long serialVersionUID = 1L;

  RefusedValueException(String message) {
    super(message);
  }
}
