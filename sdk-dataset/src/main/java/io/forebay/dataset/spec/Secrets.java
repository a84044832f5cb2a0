package io.forebay.dataset.spec;

import io.forebay.spec.SecretRef;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where the secrets of a manifest are.
 *
 * @param directories looked at first
 * @param given those of the manifest itself, by name
 */
record Secrets(List<Path> directories, Map<String, Manifest.Secret> given) {

  /** What a {@code secretKeyRef} names. */
  SecretRef find(Field ref) {
    ref.allow("name", "key");
    String name = ref.require("name").text();
    String key = ref.require("key").text();
    ref.close();
    Manifest.Secret secret = given.get(name);
    if (secret != null && !secret.values().containsKey(key)) {
      throw ref.error("names the key '" + key + "', which is not in this file's " + secret);
    }
    Optional<String> value = Optional.ofNullable(secret).map(s -> s.values().get(key));
    try {
      return new SecretRef(directories, name, key, value);
    } catch (IllegalArgumentException e) {
      throw ref.error("is wrong: " + e.getMessage());
    }
  }
}
