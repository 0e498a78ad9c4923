/** Programs that use the blocks of one file as registers, and write down what they saw. */
package org.distrifs.systemtests.blocks;
