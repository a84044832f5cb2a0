package io.forebay.kubernetes.lease;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.forebay.cli.StopSignal;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** The options of a command of whose processes one works. */
public final class LeaderOptions {

  @Option(
      names = "--id",
      paramLabel = "NAME",
      required = true,
      description = "Name of this process, for the Lease; the name of its pod.")
  private String id;

  @Option(
      names = "--namespace",
      paramLabel = "NAME",
      required = true,
      description = "Namespace of the Lease.")
  private String namespace;

  /**
   * Works while this process holds the lease, until it is told to stop.
   *
   * @param lease its name
   * @param work begins what is to be done
   * @return the status to exit with
   */
  public int lead(String lease, Function<KubernetesClient, Leadership.Work> work) throws Exception {
    return StopSignal.serve(
        stop -> {
          try (KubernetesClient client = new KubernetesClientBuilder().build();
              Leadership leadership =
                  Leadership.seek(
                      client,
                      namespace,
                      lease,
                      id,
                      Leadership.Terms.PROMPT,
                      () -> work.apply(client))) {
            System.out.println("waiting for the lease " + namespace + "/" + lease);
            stop.await();
          }
        });
  }
}
