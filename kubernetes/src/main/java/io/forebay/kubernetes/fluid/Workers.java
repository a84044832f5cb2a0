package io.forebay.kubernetes.fluid;

import java.util.Map;
import java.util.Optional;

/**
 * How pods of a runtime find the workers: by the addresses of the headless service in DNS, which
 * needs no rights. Fluid's service has no ports, so neither EndpointSlices nor SRV records tell
 * one.
 */
final class Workers {

  static final int PORT = 7070;
  static final int ADMIN_PORT = 7071;

  /** The option that names another source of members. */
  static final String MEMBERS = "members";

  private Workers() {}

  /**
   * A source of members, as servers and clients take it.
   *
   * @param options of the component that asks
   */
  static String members(RuntimeConfig config, Map<String, String> options) {
    return Optional.ofNullable(options.get(MEMBERS))
        .or(
            () ->
                Optional.ofNullable(config.workers().service())
                    .map(RuntimeConfig.Service::name)
                    .filter(name -> !name.isEmpty())
                    .map(name -> "dns:///" + name + ":" + PORT))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "the workers have no service; their CacheRuntimeClass needs"
                        + " topology.worker.service: {headless: {}}"));
  }
}
