package io.forebay.server.admin;

import io.forebay.server.access.OwnerFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * What proves that somebody may read the files of the server's own user: the server writes it into
 * its directory, for that user alone, at each start. It permits everything: to add a data set is to
 * read any place with the server's rights.
 */
public final class AdminToken {

  /** The header that carries it. */
  public static final String HEADER = "Forebay-Token";

  private static final String FILE = "admin.token";

  private final byte[] token;

  private AdminToken(String token) {
    this.token = token.getBytes(StandardCharsets.US_ASCII);
  }

  /** Makes a new one and leaves it in the server's directory. */
  static AdminToken create(Path directory) throws IOException {
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    AdminToken token = new AdminToken(HexFormat.of().formatHex(random));
    token.write(directory);
    return token;
  }

  /** Leaves it in the directory again, if it was deleted there. */
  void keep(Path directory) throws IOException {
    if (!Files.exists(directory.resolve(FILE))) {
      write(directory);
    }
  }

  private void write(Path directory) throws IOException {
    OwnerFile.replace(directory.resolve(FILE), new String(token, StandardCharsets.US_ASCII));
  }

  /**
   * The token of the server whose directory this is.
   *
   * @throws IOException when this user may not read it
   */
  public static String read(Path directory) throws IOException {
    return Files.readString(directory.resolve(FILE));
  }

  /** Takes as long for a wrong one as for a right one. */
  boolean matches(String given) {
    return given != null && MessageDigest.isEqual(token, given.getBytes(StandardCharsets.US_ASCII));
  }
}
