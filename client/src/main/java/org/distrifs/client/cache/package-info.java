/**
 * What is remembered of the master's answers: attributes, names and chains. All bounded in number;
 * attributes, names and holes also in age. A chain needs no age: a datanode refuses a stale one.
 */
package org.distrifs.client.cache;
