package org.distrifs.simulation.network;

import org.distrifs.proto.control.DatanodesGrpc;
import org.distrifs.proto.control.MetadataGrpc;

/** A listening master. */
public interface MasterTarget extends SimListener {

  /** The host of every simulated master. */
  String HOST = "master";

  MetadataGrpc.MetadataImplBase metadata();

  DatanodesGrpc.DatanodesImplBase datanodes();
}
