package io.forebay.understore;

import io.forebay.spec.DataSetReference;
import io.forebay.spec.Mount;
import java.io.IOException;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the server of a data set tells other processes about one of its mounts: where the data
 * lives, and every option that is no secret. Keys stay with the server. A client that reads or
 * writes the under-store by itself needs keys of its own, given for that purpose: keys that happen
 * to be in its environment are for other stores as likely as for this one. Immutable.
 *
 * @param path where it appears inside the data set; empty for all of the data set
 * @param options those that are no secret, by the names that the server was given
 * @param withheld names of the options, other than keys, whose values are secret
 */
public record AnnouncedMount(
    String path, URI root, Map<String, String> options, Set<String> withheld, boolean readOnly) {

  public AnnouncedMount {
    options = Map.copyOf(options);
    withheld = Set.copyOf(withheld);
  }

  /** Leaves out what is secret. */
  public static AnnouncedMount of(Mount mount) {
    if (DataSetReference.of(mount.root()).isPresent()) {
      return new AnnouncedMount(mount.path(), mount.root(), Map.of(), Set.of(), true);
    }
    UnderStoreProvider provider = UnderStoreProviders.of(mount.root());
    Map<String, String> given = new HashMap<>(mount.options());
    mount.secrets().keySet().forEach(secret -> given.put(secret, "not looked at"));
    Map<String, String> options = new HashMap<>(provider.complete(given));
    Set<String> withheld = new HashSet<>(options.keySet());
    withheld.removeIf(o -> !provider.isSecret(o) && !mount.secrets().containsKey(o));
    options.keySet().removeAll(withheld);
    withheld.removeIf(option -> isKey(provider, option));
    return new AnnouncedMount(mount.path(), mount.root(), options, withheld, mount.readOnly());
  }

  /** A root that no server told of; all that is known of it was given to this process. */
  public static AnnouncedMount unknown(URI root) {
    return new AnnouncedMount("", root, Map.of(), Set.of(), false);
  }

  /**
   * The mount for a client that goes to the under-store by itself.
   *
   * @param own options that were given to the client; those of other stores are passed over
   * @param onItsMachine whether the client runs on the machine of the server that told it
   * @throws IOException when something is missing; says what, and how to give it
   */
  public Mount withOwn(Map<String, String> own, boolean onItsMachine) throws IOException {
    UnderStoreProvider provider = UnderStoreProviders.of(root);
    if (provider.isLocal() && !onItsMachine) {
      throw new IOException(root + " is a directory of the cache servers, not of this machine");
    }
    Map<String, String> given = UnderStoreProviders.optionsFor(root, own);
    Set<String> keys = provider.keyOptions();
    if (!keys.isEmpty() && given.keySet().stream().noneMatch(option -> isKey(provider, option))) {
      throw new AccessDeniedException(
          root.toString(),
          null,
          "this client has no keys for "
              + root
              + "; set some of the options "
              + new TreeSet<>(keys));
    }
    Map<String, String> all = new HashMap<>(options);
    for (String option : given.keySet()) {
      all.keySet().removeIf(known -> provider.isSame(known, option));
    }
    all.putAll(given);
    for (String missing : withheld) {
      if (given.keySet().stream().noneMatch(option -> provider.isSame(missing, option))) {
        throw new IOException(
            "the cache servers keep the option " + missing + " of " + root + " secret; set it");
      }
    }
    return new Mount(path, root, all, Map.of(), readOnly);
  }

  private static boolean isKey(UnderStoreProvider provider, String option) {
    return provider.keyOptions().stream().anyMatch(key -> provider.isSame(key, option));
  }
}
