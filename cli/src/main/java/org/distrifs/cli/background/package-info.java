/** Programs that go on running after the command that started them has ended. */
package org.distrifs.cli.background;
