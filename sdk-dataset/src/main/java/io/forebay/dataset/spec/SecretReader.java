package io.forebay.dataset.spec;

import io.forebay.spec.SecretRef;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/** Reads a {@code Secret} as Kubernetes has it. No message has a value, or a part of one. */
final class SecretReader {

  private SecretReader() {}

  static Manifest.Secret read(String name, Field document) {
    document.allow("type", "immutable", "data", "stringData");
    Map<String, String> values = new HashMap<>();
    document
        .get("data")
        .ifPresent(
            data ->
                data.texts()
                    .forEach((key, value) -> values.put(named(data, key), decoded(data, value))));
    // As in Kubernetes, these come over those.
    document
        .get("stringData")
        .ifPresent(
            data ->
                data.texts().forEach((key, value) -> values.put(named(data, key), value.strip())));
    return new Manifest.Secret(name, values);
  }

  private static String named(Field data, String key) {
    if (!SecretRef.isName(key)) {
      throw data.error("has the key '" + key + "'; use letters, digits, '-', '_' and '.'");
    }
    return key;
  }

  private static String decoded(Field data, String value) {
    try {
      byte[] bytes = Base64.getMimeDecoder().decode(value);
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString().strip();
    } catch (IllegalArgumentException | CharacterCodingException e) {
      throw data.error("must have base64 values of UTF-8 text; use stringData for plain values");
    }
  }
}
