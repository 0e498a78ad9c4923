/** Commands for operators: {@code status}, {@code locate}, {@code node} and {@code quarantine}. */
package org.distrifs.cli.admin;
