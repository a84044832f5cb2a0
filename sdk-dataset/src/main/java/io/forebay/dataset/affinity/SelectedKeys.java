package io.forebay.dataset.affinity;

import java.util.Set;

/**
 * The labels by which a pod selects its nodes already.
 *
 * @param required in its node selector, or in the required terms of its node affinity
 * @param preferred in the preferred terms of its node affinity
 */
public record SelectedKeys(Set<String> required, Set<String> preferred) {

  public static final SelectedKeys NONE = new SelectedKeys(Set.of(), Set.of());

  public SelectedKeys {
    required = Set.copyOf(required);
    preferred = Set.copyOf(preferred);
  }

  boolean has(String key) {
    return required.contains(key) || preferred.contains(key);
  }
}
