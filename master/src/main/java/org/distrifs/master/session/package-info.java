/** Sessions of clients, and the last answer of each of their slots. */
package org.distrifs.master.session;
