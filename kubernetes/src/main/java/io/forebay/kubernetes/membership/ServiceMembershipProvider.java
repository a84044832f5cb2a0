package io.forebay.kubernetes.membership;

import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.forebay.membership.ChangingMembership;
import io.forebay.membership.Membership;
import io.forebay.membership.MembershipProvider;
import io.forebay.placement.View;
import java.io.IOException;
import java.net.URI;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Members that are the endpoints of a service. The API server is watched; when the watch ends, or
 * is too old to go on, the slices are listed again. While it is away, or names no server at all,
 * the members stay as they are. Nothing needs to be announced: the kubelet's probes say who is
 * ready.
 *
 * <p>The API server is found as {@code kubectl} finds it: in a pod by its service account, else by
 * {@code KUBECONFIG}. It asks for the rights to list and watch {@code endpointslices} in the
 * service's namespace.
 */
public final class ServiceMembershipProvider implements MembershipProvider {

  private final Supplier<KubernetesClient> clients;

  public ServiceMembershipProvider() {
    this(() -> new KubernetesClientBuilder().build());
  }

  /**
   * @param clients makes a client, which is closed with the membership
   */
  ServiceMembershipProvider(Supplier<KubernetesClient> clients) {
    this.clients = clients;
  }

  @Override
  public Set<String> schemes() {
    return Set.of("kubernetes");
  }

  @Override
  public Membership open(URI source) throws IOException {
    ServiceSource service = ServiceSource.parse(source);
    KubernetesClient client = clients.get();
    try {
      return open(service, client);
    } catch (IOException | RuntimeException e) {
      client.close();
      throw e;
    }
  }

  private static Membership open(ServiceSource service, KubernetesClient client)
      throws IOException {
    var slices =
        ServiceSlices.of(
            client, service.namespace().orElse(client.getNamespace()), service.service());
    View first = first(service, slices);
    SharedIndexInformer<EndpointSlice> informer = slices.runnableInformer(0);
    ChangingMembership membership =
        new ChangingMembership(
            first,
            () -> {}, // the API server says what is new by itself
            () -> {
              informer.stop();
              client.close();
            });
    informer.addEventHandler(new Changes(informer, membership));
    informer.exceptionHandler((started, failure) -> true); // it goes on, whatever it is
    informer.start();
    return membership;
  }

  private static View first(
      ServiceSource service,
      FilterWatchListDeletable<EndpointSlice, EndpointSliceList, Resource<EndpointSlice>> slices)
      throws IOException {
    View view;
    try {
      view = Endpoints.view(slices.list().getItems());
    } catch (KubernetesClientException e) {
      throw new IOException(
          "the API server does not tell the endpoints of " + service + ": " + e.getMessage(), e);
    }
    if (view.members().isEmpty()) {
      throw new IOException(service + " has no endpoints; do the servers run, and are they ready?");
    }
    return view;
  }

  /** What is there counts, not what an event is about. */
  private record Changes(SharedIndexInformer<EndpointSlice> informer, ChangingMembership membership)
      implements ResourceEventHandler<EndpointSlice> {

    private void look() {
      View view = Endpoints.view(informer.getStore().list());
      if (!view.members().isEmpty()) {
        membership.change(view);
      }
    }

    @Override
    public void onAdd(EndpointSlice slice) {
      look();
    }

    @Override
    public void onUpdate(EndpointSlice before, EndpointSlice slice) {
      look();
    }

    @Override
    public void onDelete(EndpointSlice slice, boolean unknown) {
      look();
    }
  }
}
