package io.forebay.kubernetes.cli;

import io.forebay.cli.CommandProvider;
import io.forebay.kubernetes.fluid.FluidCommand;
import io.forebay.kubernetes.operator.OperatorCommand;
import java.util.List;

/** What the {@code forebay} command can do on Kubernetes. */
public final class KubernetesCommands implements CommandProvider {

  @Override
  public List<Class<?>> commands() {
    return List.of(
        AffinityCommand.class,
        WebhookCommand.class,
        CsiCommand.class,
        CsiControllerCommand.class,
        PreStopCommand.class,
        UnlabelCommand.class,
        ImageCommand.class,
        FluidCommand.class,
        OperatorCommand.class);
  }
}
