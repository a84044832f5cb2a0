package io.forebay.server.admin;

import io.forebay.server.access.TokenKey;
import io.forebay.wire.Address;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * What an admin endpoint is told at its start.
 *
 * @param address where it listens
 * @param name the server's among the members
 * @param tls empty for plain HTTP
 * @param tokens of those who may use it beside the owner of the admin token; with it, they alone
 * @param warnings that the status repeats
 * @param gauges of the server, by name, that are shown among the metrics
 */
public record AdminSettings(
    Address.Tcp address,
    String name,
    Optional<AdminTls> tls,
    Optional<TokenKey> tokens,
    List<String> warnings,
    Map<String, DoubleSupplier> gauges) {}
