package io.forebay.server.admin;

import io.forebay.server.access.TokenKey;
import io.forebay.wire.Address;
import java.util.List;
import java.util.Optional;

/**
 * What an admin endpoint is told at its start.
 *
 * @param address where it listens
 * @param name the server's among the members
 * @param tls empty for plain HTTP
 * @param tokens of those who may use it beside the owner of the admin token; with it, they alone
 * @param warnings that the status repeats
 */
public record AdminSettings(
    Address.Tcp address,
    String name,
    Optional<AdminTls> tls,
    Optional<TokenKey> tokens,
    List<String> warnings) {}
