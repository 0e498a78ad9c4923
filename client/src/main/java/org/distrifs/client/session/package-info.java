/**
 * The session with the master: numbered operations over one stream, each applied exactly once.
 *
 * <p>{@link org.distrifs.client.session.MasterApi} is the seam that everything above stands on.
 * {@link org.distrifs.client.session.MasterSession} implements it over a {@link
 * org.distrifs.client.session.ControlStream}: it gives each operation a slot and a number, resumes
 * the session on a new stream when one breaks, and sends again what was not answered.
 */
package org.distrifs.client.session;
