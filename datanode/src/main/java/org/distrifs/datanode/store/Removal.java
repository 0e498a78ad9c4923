package org.distrifs.datanode.store;

/** Where a replica goes that no chain needs. */
public enum Removal {
  /** For good, after a while. */
  TO_TRASH,
  /** It may be of what a rollback lost: kept for the operator, for weeks. */
  TO_QUARANTINE
}
