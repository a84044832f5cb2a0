package io.forebay.tls;

import io.forebay.config.FileValue;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import nl.altindag.ssl.util.KeyManagerUtils;
import nl.altindag.ssl.util.SSLSessionUtils;
import nl.altindag.ssl.util.TrustManagerUtils;

/**
 * Engines of TLS 1.3 with the certificates of files. When the files change, new connections use the
 * new ones, and those that exist go on. Thread-safe.
 */
public final class Tls {

  /** First what processors encrypt fastest. */
  private static final String[] CIPHERS = {
    "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"
  };

  private final TlsFiles files;
  private final Optional<X509ExtendedKeyManager> keys;
  private final X509ExtendedTrustManager trust;
  private final SSLContext context;
  private final FileValue<Material> material;

  private record Material(Optional<X509ExtendedKeyManager> keys, X509ExtendedTrustManager trust) {}

  /**
   * @throws IOException naming the file that cannot be used, and why
   */
  public Tls(TlsFiles files) throws IOException {
    this.files = files;
    Material first = read();
    keys = first.keys.map(KeyManagerUtils::createSwappableKeyManager);
    trust = TrustManagerUtils.createSwappableTrustManager(first.trust);
    try {
      context = SSLContext.getInstance("TLSv1.3");
      context.init(
          keys.map(k -> new KeyManager[] {k}).orElse(null), new TrustManager[] {trust}, null);
    } catch (GeneralSecurityException e) {
      throw new IOException("this JDK has no TLS 1.3: " + e.getMessage(), e);
    }
    material = new FileValue<>(files.all(), this::exchange);
  }

  /** The files, for what is not made here. */
  public TlsFiles files() {
    return files;
  }

  private Material exchange() throws IOException {
    Material now = read();
    now.keys.ifPresent(k -> KeyManagerUtils.swapKeyManager(keys.orElseThrow(), k));
    TrustManagerUtils.swapTrustManager(trust, now.trust);
    // A session that is resumed would skip the new certificates.
    SSLSessionUtils.invalidateCaches(context);
    return now;
  }

  private Material read() throws IOException {
    Optional<X509ExtendedKeyManager> own = Optional.empty();
    if (files.identity().isPresent()) {
      own = Optional.of(keyManager(files.identity().get()));
    }
    return new Material(own, TrustManagerUtils.createTrustManager(Pem.certificates(files.trust())));
  }

  private static X509ExtendedKeyManager keyManager(TlsFiles.Identity identity) throws IOException {
    List<X509Certificate> chain = Pem.certificates(identity.certificate());
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry(
          "own",
          Pem.key(identity.key(), chain.get(0).getPublicKey()),
          new char[0],
          chain.toArray(X509Certificate[]::new));
      return KeyManagerUtils.createKeyManager(store, new char[0]);
    } catch (GeneralSecurityException e) {
      throw new IOException(identity.certificate() + ": " + e.getMessage(), e);
    }
  }

  /** The context itself. Its owner calls {@link #followFiles} before each new connection. */
  public SSLContext context() {
    return context;
  }

  /** Looks whether the files have changed, at most once a second. */
  public void followFiles() {
    material.get();
  }

  private SSLContext present() {
    followFiles();
    return context;
  }

  /** A client's end. The server's certificate must be for this host. */
  public SSLEngine client(String host, int port) {
    SSLEngine engine = present().createSSLEngine(host, port);
    SSLParameters parameters = parameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    engine.setSSLParameters(parameters);
    engine.setUseClientMode(true);
    return engine;
  }

  /** A server's end. */
  public SSLEngine server(ClientCertificates clients) {
    SSLEngine engine = present().createSSLEngine();
    engine.setUseClientMode(false);
    engine.setSSLParameters(serverParameters(clients));
    return engine;
  }

  /** What a server's end asks of its clients. */
  public SSLParameters serverParameters(ClientCertificates clients) {
    SSLParameters parameters = parameters();
    switch (clients) {
      case REQUIRED -> parameters.setNeedClientAuth(true);
      case OPTIONAL -> parameters.setWantClientAuth(true);
      case NONE -> parameters.setNeedClientAuth(false);
    }
    return parameters;
  }

  private static SSLParameters parameters() {
    SSLParameters parameters = new SSLParameters(CIPHERS, new String[] {"TLSv1.3"});
    parameters.setUseCipherSuitesOrder(true);
    return parameters;
  }
}
