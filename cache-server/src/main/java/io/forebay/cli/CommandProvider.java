package io.forebay.cli;

import java.util.List;

/**
 * Commands that an artifact beside this one brings, such as the one for Kubernetes. Found by {@link
 * java.util.ServiceLoader}.
 */
public interface CommandProvider {

  /** Classes with picocli's annotation {@code @Command}, in the order in which help lists them. */
  List<Class<?>> commands();
}
