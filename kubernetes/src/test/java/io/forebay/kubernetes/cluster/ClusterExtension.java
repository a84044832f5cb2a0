package io.forebay.kubernetes.cluster;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Optional;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives tests the {@link Cluster} of this JVM; without what it needs they are skipped. */
public final class ClusterExtension implements BeforeAllCallback, ParameterResolver {

  private static final Namespace OURS = Namespace.create(ClusterExtension.class);

  @Override
  public void beforeAll(ExtensionContext context) {
    Optional<String> missing = Programs.missing();
    assumeTrue(missing.isEmpty(), () -> "skipped, without a cluster: " + missing.orElseThrow());
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Cluster.class;
  }

  @Override
  public Cluster resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(OURS)
        .getOrComputeIfAbsent(Cluster.class, type -> started(), Cluster.class);
  }

  private static Cluster started() {
    try {
      return Cluster.start();
    } catch (Exception e) {
      throw new IllegalStateException("cannot start a cluster: " + e.getMessage(), e);
    }
  }
}
