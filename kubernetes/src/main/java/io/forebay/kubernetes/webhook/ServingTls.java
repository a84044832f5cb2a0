package io.forebay.kubernetes.webhook;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import nl.altindag.ssl.util.KeyManagerUtils;
import nl.altindag.ssl.util.SSLSessionUtils;

/** TLS whose certificate can be exchanged: new connections get the new one. Thread-safe. */
final class ServingTls {

  private final X509ExtendedKeyManager keys;
  private final SSLContext context;
  private Identity shown;

  ServingTls(Identity first) throws IOException {
    try {
      keys = KeyManagerUtils.createSwappableKeyManager(keyManager(first));
      context = SSLContext.getInstance("TLS");
      context.init(new KeyManager[] {keys}, null, null);
    } catch (GeneralSecurityException e) {
      throw new IOException("cannot use a certificate: " + e.getMessage(), e);
    }
    shown = first;
  }

  synchronized void show(Identity identity) throws IOException {
    if (identity.certificate().equals(shown.certificate())) {
      return;
    }
    try {
      KeyManagerUtils.swapKeyManager(keys, keyManager(identity));
    } catch (GeneralSecurityException e) {
      throw new IOException("cannot use a new certificate: " + e.getMessage(), e);
    }
    // A session that is resumed would skip it.
    SSLSessionUtils.invalidateCaches(context);
    shown = identity;
  }

  private static X509ExtendedKeyManager keyManager(Identity identity)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "own", identity.key(), new char[0], new Certificate[] {identity.certificate()});
    return KeyManagerUtils.createKeyManager(store, new char[0]);
  }

  /** The server's end of a new connection. */
  SSLEngine engine() {
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(false);
    engine.setEnabledProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
    return engine;
  }
}
