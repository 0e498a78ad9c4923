/**
 * File commands without a mount: {@code put}, {@code get}, {@code cat}, {@code ls}, {@code stat},
 * {@code mkdir}, {@code mv}, {@code rm}, {@code df}. They do what the Unix commands of the same
 * names do, with paths of DistriFS; a symbolic link with an absolute target is followed from the
 * root of DistriFS. Names are bytes throughout.
 *
 * <p>{@code FileCommand} is their superclass; {@code RemoteFiles} gives access to DistriFS by path.
 */
package org.distrifs.cli.files;
