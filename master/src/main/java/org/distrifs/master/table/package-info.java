/**
 * Tables of primitive values in pages: millions of records without an object for each, growing a
 * page or a bucket at a time so that no insertion pauses for all the others. Single-threaded.
 */
package org.distrifs.master.table;
