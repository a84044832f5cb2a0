package io.forebay.understore.http;

import java.nio.file.Path;
import java.util.List;

/** The contract against Apache, with the options for its lists that Debian sets. */
class ApacheTest extends RealServerContract {

  @Override
  Path program() {
    return Path.of("/usr/sbin/apache2");
  }

  @Override
  String debianPackage() {
    return "apache2-bin";
  }

  @Override
  String configuration(String address, Path own, Path served) {
    return """
        ServerRoot "OWN"
        ServerName localhost
        Listen ADDRESS
        PidFile "OWN/pid"
        ErrorLog "OWN/error.log"
        Mutex file:OWN
        LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
        LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
        LoadModule dir_module /usr/lib/apache2/modules/mod_dir.so
        LoadModule autoindex_module /usr/lib/apache2/modules/mod_autoindex.so
        User www-data
        Group www-data
        DocumentRoot "SERVED"
        <Directory "SERVED">
          Options Indexes
          IndexOptions FancyIndexing VersionSort HTMLTable NameWidth=* DescriptionWidth=* Charset=UTF-8
          IndexIgnore .??*
          Require all granted
        </Directory>
        """
        .replace("OWN", own.toString())
        .replace("SERVED", served.toString())
        .replace("ADDRESS", address);
  }

  @Override
  List<String> arguments(Path configuration) {
    return List.of("-DFOREGROUND", "-f", configuration.toString());
  }
}
