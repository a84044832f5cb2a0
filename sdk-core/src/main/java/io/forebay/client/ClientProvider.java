package io.forebay.client;

import io.forebay.Forebay;
import io.forebay.ForebayProvider;
import io.forebay.ForebaySettings;
import java.io.IOException;

/** Found by {@link java.util.ServiceLoader}. */
public final class ClientProvider implements ForebayProvider {

  @Override
  public Forebay open(ForebaySettings settings) throws IOException {
    return new ClientForebay(settings);
  }
}
