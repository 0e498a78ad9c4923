package org.distrifs.proto.control;

import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.Status;
import io.grpc.StatusOr;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.distrifs.proto.connection.PeerAddress;

/**
 * Resolves {@code distrifs:///host:port,host:port}: a channel tries the addresses in this order.
 * (gRPC's own resolvers take one name, or addresses only.)
 */
final class MasterResolverProvider extends NameResolverProvider {
  private static final String SCHEME = "distrifs";
  private static final int PRIORITY = 5;

  static String target(List<PeerAddress> masters) {
    if (masters.isEmpty()) {
      throw new IllegalArgumentException("no master is named");
    }
    return SCHEME
        + ":///"
        + masters.stream()
            .map(PeerAddress::toString)
            .collect(Collectors.joining(","))
            .replace("[", "%5B")
            .replace("]", "%5D");
  }

  @Override
  public String getDefaultScheme() {
    return SCHEME;
  }

  @Override
  protected boolean isAvailable() {
    return true;
  }

  @Override
  protected int priority() {
    return PRIORITY;
  }

  @Override
  public Collection<Class<? extends SocketAddress>> getProducedSocketAddressTypes() {
    return Set.of(InetSocketAddress.class);
  }

  @Override
  public NameResolver newNameResolver(URI target, NameResolver.Args args) {
    if (!SCHEME.equals(target.getScheme())) {
      return null;
    }
    final List<PeerAddress> masters = PeerAddress.parseList(target.getPath().substring(1));
    return new MasterResolver(masters, args.getOffloadExecutor());
  }

  /** Looks host names up anew at each refresh, which gRPC asks for when a connection failed. */
  private static final class MasterResolver extends NameResolver {
    private final List<PeerAddress> masters;
    private final Executor executor;
    private Listener2 listener;

    MasterResolver(List<PeerAddress> masters, Executor executor) {
      this.masters = masters;
      this.executor = executor;
    }

    @Override
    public String getServiceAuthority() {
      return masters.get(0).toString();
    }

    @Override
    public void start(Listener2 listener) {
      this.listener = listener;
      refresh();
    }

    @Override
    public void refresh() {
      executor.execute(() -> listener.onResult(resolve()));
    }

    @Override
    public void shutdown() {
      // There is nothing to close: the JDK bounds a look-up that is under way.
    }

    private ResolutionResult resolve() {
      final List<EquivalentAddressGroup> found = new ArrayList<>();
      final List<String> unknown = new ArrayList<>();
      for (final PeerAddress master : masters) {
        try {
          for (final InetAddress address : InetAddress.getAllByName(master.host())) {
            found.add(new EquivalentAddressGroup(new InetSocketAddress(address, master.port())));
          }
        } catch (UnknownHostException e) {
          unknown.add(master.host());
        }
      }
      return ResolutionResult.newBuilder()
          .setAddressesOrError(
              found.isEmpty()
                  ? StatusOr.fromStatus(
                      Status.UNAVAILABLE.withDescription(
                          "cannot find the master: unknown host " + String.join(", ", unknown)))
                  : StatusOr.fromValue(found))
          .build();
    }
  }
}
