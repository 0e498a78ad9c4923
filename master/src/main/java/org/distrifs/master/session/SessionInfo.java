package org.distrifs.master.session;

/**
 * A client's session as the journal knows it.
 *
 * @param slots number of its slots, 1 to 1024
 * @param clientName for operators
 */
public record SessionInfo(long id, long secret, int slots, String clientName) {}
