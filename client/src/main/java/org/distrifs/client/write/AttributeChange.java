package org.distrifs.client.write;

import org.distrifs.proto.control.Caller;
import org.distrifs.proto.control.SetAttributes;

/**
 * Attributes that are to be set, and for whom.
 *
 * @param caller the default instance for this process itself
 */
public record AttributeChange(SetAttributes attributes, Caller caller) {}
