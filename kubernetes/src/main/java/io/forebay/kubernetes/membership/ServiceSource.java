package io.forebay.kubernetes.membership;

import java.net.URI;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code kubernetes:///NAMESPACE/SERVICE} says.
 *
 * @param namespace of the service; empty for the client's own
 * @param service its name
 */
record ServiceSource(Optional<String> namespace, String service) {

  private static final String NAME = "([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)";
  private static final Pattern PATH = Pattern.compile("/(?:" + NAME + "/)?" + NAME);

  /**
   * @throws IllegalArgumentException for anything else
   */
  static ServiceSource parse(URI source) {
    Matcher path = PATH.matcher(Optional.ofNullable(source.getPath()).orElse(""));
    if (!path.matches() || source.getRawAuthority() != null || source.getRawQuery() != null) {
      throw new IllegalArgumentException(
          "'"
              + source
              + "' is not a source of members; use kubernetes:///SERVICE or"
              + " kubernetes:///NAMESPACE/SERVICE");
    }
    return new ServiceSource(Optional.ofNullable(path.group(1)), path.group(2));
  }

  @Override
  public String toString() {
    return "service " + namespace.map(name -> name + "/").orElse("") + service;
  }
}
