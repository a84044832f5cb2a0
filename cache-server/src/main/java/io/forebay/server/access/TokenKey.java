package io.forebay.server.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.forebay.config.FileValue;
import io.forebay.config.TextFile;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.text.ParseException;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Optional;

/**
 * Signs tokens and verifies them: JSON Web Tokens (RFC 7519) with HMAC-SHA-256. Its file has a key
 * in each line, as Base64. The first one signs, and all of them verify, so that a key can be
 * replaced while its tokens are in use. Thread-safe.
 */
public final class TokenKey {

  private static final JWSAlgorithm ALGORITHM = JWSAlgorithm.HS256;

  /** As RFC 7518 asks of HMAC-SHA-256. */
  private static final int KEY_BYTES = 32;

  /** Tokens are for Forebay's servers, whatever else has the same key. */
  private static final String AUDIENCE = "forebay";

  private static final String DATA_SETS = "datasets";
  private static final String ROLE = "role";

  private final Path file;
  private final FileValue<List<byte[]>> keys;

  /**
   * @throws IOException naming the file, when it has no key
   */
  public TokenKey(Path file) throws IOException {
    this.file = file;
    this.keys = new FileValue<>(List.of(file), () -> read(file));
  }

  private static List<byte[]> read(Path file) throws IOException {
    List<byte[]> keys;
    try {
      keys =
          TextFile.read(file)
              .lines()
              .map(String::strip)
              .filter(line -> !line.isEmpty())
              .map(line -> Base64.getDecoder().decode(line))
              .toList();
    } catch (IllegalArgumentException e) { // whose message has a part of the key
      throw new FileSystemException(file.toString(), null, "has a line that is not Base64");
    }
    if (keys.isEmpty() || keys.stream().anyMatch(key -> key.length < KEY_BYTES)) {
      throw new FileSystemException(
          file.toString(),
          null,
          "needs keys of at least "
              + KEY_BYTES
              + " bytes, as Base64; make one with: forebay token --new-key FILE");
    }
    return keys;
  }

  /** Makes a file with a new key, for its owner alone. */
  public static void create(Path file) throws IOException {
    byte[] key = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(key);
    OwnerFile.create(file, Base64.getEncoder().encodeToString(key) + "\n");
  }

  public String sign(Grant grant) throws IOException {
    JWTClaimsSet claims =
        new JWTClaimsSet.Builder()
            .audience(AUDIENCE)
            .subject(grant.holder())
            .claim(DATA_SETS, grant.dataSets())
            .claim(ROLE, grant.role().word())
            .expirationTime(Date.from(grant.expires()))
            .build();
    SignedJWT token = new SignedJWT(new JWSHeader(ALGORITHM), claims);
    try {
      token.sign(new MACSigner(keys.get().get(0)));
    } catch (JOSEException e) {
      throw new IOException("cannot sign with " + file + ": " + e.getMessage(), e);
    }
    return token.serialize();
  }

  /**
   * What a token gives; {@link Grant#require} then refuses an expired one.
   *
   * @throws AccessDeniedException for anything but a token that this key has signed
   */
  public Grant verify(String text) throws AccessDeniedException {
    try {
      SignedJWT token = SignedJWT.parse(text);
      if (!token.getHeader().getAlgorithm().equals(ALGORITHM)) {
        throw Grant.invalid("it is not signed with " + ALGORITHM);
      }
      if (!isSigned(token)) {
        throw Grant.invalid("it is signed with another key than this server's tokens.key");
      }
      JWTClaimsSet claims = token.getJWTClaimsSet();
      List<String> dataSets = claims.getStringListClaim(DATA_SETS);
      String role = claims.getStringClaim(ROLE);
      if (!claims.getAudience().contains(AUDIENCE)
          || dataSets == null
          || role == null
          || claims.getExpirationTime() == null) {
        throw Grant.invalid("it lacks one of aud, exp, " + DATA_SETS + ", " + ROLE);
      }
      return new Grant(
          Optional.ofNullable(claims.getSubject()).orElse("unknown"),
          dataSets,
          Role.parse(role),
          claims.getExpirationTime().toInstant());
    } catch (ParseException | JOSEException | IllegalArgumentException e) {
      throw Grant.invalid("it cannot be read as a signed JSON Web Token"); // and is not quoted
    }
  }

  private boolean isSigned(SignedJWT token) throws JOSEException {
    for (byte[] key : keys.get()) {
      if (token.verify(new MACVerifier(key))) {
        return true;
      }
    }
    return false;
  }
}
