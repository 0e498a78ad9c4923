/** Programs that use the blocks of one file as registers, and record what they read and wrote. */
package org.distrifs.systemtests.blocks;
