package org.distrifs.runtime.settings;

/** A setting does not accept a value. The message continues a sentence: "is ...". */
final class RefusedValueException extends Exception {

  private static final long serialVersionUID = 1L;

  RefusedValueException(String message) {
    super(message);
  }
}
