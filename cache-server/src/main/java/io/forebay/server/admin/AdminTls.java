package io.forebay.server.admin;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import io.forebay.tls.ClientCertificates;
import io.forebay.tls.Tls;

/** Gives each connection of the admin endpoint the certificates that are valid now. */
public final class AdminTls extends HttpsConfigurator {

  private final Tls tls;
  private final ClientCertificates clients;

  public AdminTls(Tls tls, ClientCertificates clients) {
    super(tls.context());
    this.tls = tls;
    this.clients = clients;
  }

  @Override
  public void configure(HttpsParameters connection) {
    tls.followFiles();
    connection.setSSLParameters(tls.serverParameters(clients));
  }
}
