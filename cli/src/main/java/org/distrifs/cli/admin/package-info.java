/** What an operator asks of a cluster: {@code status} and {@code locate}. */
package org.distrifs.cli.admin;
