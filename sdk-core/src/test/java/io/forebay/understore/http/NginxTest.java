package io.forebay.understore.http;

import java.nio.file.Path;
import java.util.List;

/** The contract against nginx. */
class NginxTest extends RealServerContract {

  @Override
  Path program() {
    return Path.of("/usr/sbin/nginx");
  }

  @Override
  String debianPackage() {
    return "nginx-light";
  }

  @Override
  String configuration(String address, Path own, Path served) {
    return """
        daemon off;
        pid OWN/pid;
        error_log OWN/error.log;
        events {}
        http {
          access_log off;
          client_body_temp_path OWN/body;
          proxy_temp_path OWN/proxy;
          fastcgi_temp_path OWN/fastcgi;
          uwsgi_temp_path OWN/uwsgi;
          scgi_temp_path OWN/scgi;
          server {
            listen ADDRESS;
            root "SERVED";
            autoindex on;
          }
        }
        """
        .replace("OWN", own.toString())
        .replace("SERVED", served.toString())
        .replace("ADDRESS", address);
  }

  @Override
  List<String> arguments(Path configuration) {
    return List.of("-c", configuration.toString());
  }
}
