/**
 * The data plane's answering side: takes requests from connections, asks the chain what to do, has
 * the store do it, and answers. Nothing here blocks an I/O thread.
 */
package org.distrifs.datanode.server;
