/** POSIX access control lists (acl(5)): their format and their arithmetic with permission bits. */
package org.distrifs.master.acl;
