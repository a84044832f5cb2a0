package io.forebay.tls;

import io.forebay.config.TextFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads PEM files with the JDK's own parsers. Errors name the file, and show nothing of a key. */
final class Pem {

  private static final Pattern KEY =
      Pattern.compile("-----BEGIN ([A-Z ]*)PRIVATE KEY-----([^-]*)-----END");

  private Pem() {}

  static List<X509Certificate> certificates(Path file) throws IOException {
    byte[] text = TextFile.read(file).getBytes(StandardCharsets.UTF_8);
    try {
      List<X509Certificate> certificates =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(text))
              .stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (!certificates.isEmpty()) {
        return certificates;
      }
    } catch (CertificateException e) {
      throw wrong(file, "has a damaged certificate: " + e.getMessage());
    }
    throw wrong(file, "has no certificate; it must have one between lines '-----BEGIN ...'");
  }

  /**
   * @param owner the certificate's key, which tells the algorithm and must be the other half
   */
  static PrivateKey key(Path file, PublicKey owner) throws IOException {
    Matcher block = KEY.matcher(TextFile.read(file));
    if (!block.find()) {
      throw wrong(file, "has no private key in PEM format");
    }
    if (!block.group(1).isEmpty()) {
      throw wrong(
          file,
          "has a key of the form '"
              + block.group(1).strip()
              + "'; convert it with: openssl pkcs8 -topk8 -nocrypt -in "
              + file
              + " -out NEW.pem");
    }
    try {
      PrivateKey key =
          KeyFactory.getInstance(owner.getAlgorithm())
              .generatePrivate(
                  new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(block.group(2))));
      requirePair(file, key, owner);
      return key;
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw wrong(file, "is not the " + owner.getAlgorithm() + " key of its certificate");
    }
  }

  /** While both are being replaced, one of them may be the old one still. */
  private static void requirePair(Path file, PrivateKey key, PublicKey owner)
      throws GeneralSecurityException, IOException {
    String scheme =
        switch (owner.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> owner.getAlgorithm();
        };
    byte[] probe = {1};
    Signature signing = Signature.getInstance(scheme);
    signing.initSign(key);
    signing.update(probe);
    byte[] signature = signing.sign();
    signing.initVerify(owner);
    signing.update(probe);
    if (!signing.verify(signature)) {
      throw wrong(file, "is the key of another certificate");
    }
  }

  private static FileSystemException wrong(Path file, String reason) {
    return new FileSystemException(file.toString(), null, reason);
  }
}
