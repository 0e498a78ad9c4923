package org.distrifs.fuse.driver.kernel;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.Optional;
import org.distrifs.fuse.driver.NativeMemory;
import org.distrifs.fuse.driver.RequestHeader;
import org.distrifs.fuse.operations.ExtendedAttributes;
import org.distrifs.proto.control.SetExtendedAttribute;
import org.distrifs.proto.error.Errno;

/** Requests about extended attributes. Methods are as in {@link NodeRequests}. */
final class XattrRequests {
  private final ExtendedAttributes attributes;
  private final NameGuard names;

  XattrRequests(ExtendedAttributes attributes, NameGuard names) {
    this.attributes = attributes;
    this.names = names;
  }

  int get(RequestHeader request, long reply) throws IOException {
    long body = request.body();
    Optional<ByteString> value = attributes.get(request.node(), XattrMessage.nameOfGet(body));
    return value.isPresent()
        ? XattrMessage.writeReply(reply, body, value.get())
        : -Errno.ENODATA.code();
  }

  int list(RequestHeader request, long reply) throws IOException {
    ByteString names = attributes.list(request.node(), request.caller());
    return XattrMessage.writeReply(reply, request.body(), names);
  }

  void set(RequestHeader request) throws IOException {
    SetExtendedAttribute change = XattrMessage.change(request.body(), request.node());
    names.byPathOrDescriptor(
        request,
        checked -> checked.extendedAttributes().set(change, request.caller()),
        request.node());
  }

  void remove(RequestHeader request) throws IOException {
    ByteString name = NativeMemory.name(request.body());
    names.byPathOrDescriptor(
        request,
        checked -> checked.extendedAttributes().remove(request.node(), name, request.caller()),
        request.node());
  }
}
