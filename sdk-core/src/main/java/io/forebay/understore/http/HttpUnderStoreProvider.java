package io.forebay.understore.http;

import io.forebay.understore.StoreSettings;
import io.forebay.understore.UnderStore;
import io.forebay.understore.UnderStoreProvider;
import java.net.URI;
import java.util.Map;
import java.util.Set;

/** Opens {@code http:} and {@code https:} roots with jsoup, which the class path must have. */
public final class HttpUnderStoreProvider implements UnderStoreProvider {

  private static final String CONNECT_TIMEOUT = "fs.http.connection.timeout.millisecond";
  private static final String READ_TIMEOUT = "fs.http.timeout.millisecond";

  @Override
  public Set<String> schemes() {
    return Set.of("http", "https");
  }

  @Override
  public Set<String> optionPrefixes() {
    return Set.of("fs.http.");
  }

  @Override
  public String artifact() {
    return "forebay-understore-http";
  }

  @Override
  public UnderStore open(URI root, Map<String, String> options) {
    StoreSettings settings =
        StoreSettings.of("http:", Set.of(CONNECT_TIMEOUT, READ_TIMEOUT), Map.of(), options);
    Site site = Site.of(root);
    IndexPage.requireParser();
    return new HttpUnderStore(
        new Requests(
            site,
            settings.number(CONNECT_TIMEOUT, 3_000, 1, 600_000),
            settings.number(READ_TIMEOUT, 10_000, 1, 600_000)));
  }
}
