/**
 * Settings of a role: declared once, checked before anything starts.
 *
 * <p>A role declares its {@link org.distrifs.runtime.settings.Setting}s as constants in one typed
 * class, gathers them in a {@link org.distrifs.runtime.settings.SettingsSchema}, and lets {@link
 * org.distrifs.runtime.settings.SettingsLoader} resolve them: flags over the configuration file
 * (HOCON) over defaults. An unknown key, a wrong type or a value out of range stops the start with
 * a sentence that names key, value, permitted range, and file and line.
 *
 * <p>Keys are {@code <role>.<thing><Unit>}, the unit last: {@code datanode.heartbeatIntervalMs}.
 */
package org.distrifs.runtime.settings;
