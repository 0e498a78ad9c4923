/** Programs that run on when the command that started them has ended. */
package org.distrifs.cli.background;
