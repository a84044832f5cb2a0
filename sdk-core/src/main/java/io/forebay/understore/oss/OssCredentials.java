package io.forebay.understore.oss;

import com.aliyun.oss.common.auth.Credentials;
import com.aliyun.oss.common.auth.CredentialsProvider;
import com.aliyun.oss.common.auth.DefaultCredentialProvider;
import com.aliyun.oss.common.auth.DefaultCredentials;
import com.aliyun.oss.common.auth.InvalidCredentialsException;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Properties;

/**
 * Where the keys of an OSS bucket come from, the first that is given: a provider class, a file, the
 * options themselves, the environment ({@code OSS_ACCESS_KEY_ID}, {@code OSS_ACCESS_KEY_SECRET},
 * {@code OSS_SESSION_TOKEN}). The provider {@code environment} names the last one.
 */
final class OssCredentials {

  private OssCredentials() {}

  static CredentialsProvider of(Map<String, String> options, Map<String, String> environment) {
    String provider = options.get(OssOptions.CREDENTIALS_PROVIDER);
    if (provider != null && !provider.equals(OssOptions.ENVIRONMENT)) {
      return instantiate(provider);
    }
    String file = options.get(OssOptions.CREDENTIALS_FILE);
    if (provider == null && file != null) {
      return new FromFile(Path.of(file));
    }
    if (provider == null && options.containsKey(OssOptions.ACCESS_KEY_ID)) {
      return fixed(
          options.get(OssOptions.ACCESS_KEY_ID),
          options.get(OssOptions.ACCESS_KEY_SECRET),
          options.get(OssOptions.SECURITY_TOKEN),
          "the options " + OssOptions.ACCESS_KEY_ID + ", " + OssOptions.ACCESS_KEY_SECRET);
    }
    if (environment.containsKey("OSS_ACCESS_KEY_ID")) {
      return fixed(
          environment.get("OSS_ACCESS_KEY_ID"),
          environment.get("OSS_ACCESS_KEY_SECRET"),
          environment.get("OSS_SESSION_TOKEN"),
          "the environment's OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET");
    }
    throw new IllegalArgumentException(
        "no OSS credentials: set OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET in the environment, or"
            + " the option "
            + OssOptions.CREDENTIALS_FILE
            + " or "
            + OssOptions.CREDENTIALS_PROVIDER);
  }

  private static CredentialsProvider fixed(String id, String secret, String token, String source) {
    if (id == null || id.isBlank() || secret == null || secret.isBlank()) {
      throw new IllegalArgumentException("key id or secret is empty in " + source);
    }
    return new DefaultCredentialProvider(
        token == null || token.isEmpty()
            ? new DefaultCredentials(id, secret)
            : new DefaultCredentials(id, secret, token));
  }

  private static CredentialsProvider instantiate(String className) {
    try {
      return Class.forName(className)
          .asSubclass(CredentialsProvider.class)
          .getDeclaredConstructor()
          .newInstance();
    } catch (ReflectiveOperationException | ClassCastException e) {
      throw new IllegalArgumentException(
          OssOptions.CREDENTIALS_PROVIDER
              + " is '"
              + className
              + "'; it must be '"
              + OssOptions.ENVIRONMENT
              + "' or a public "
              + CredentialsProvider.class.getName()
              + " with a constructor without arguments",
          e);
    }
  }

  /**
   * A properties file with {@code accessKeyId}, {@code accessKeySecret} and perhaps {@code
   * securityToken}, read again when it changes, so that keys rotate without a restart.
   */
  private static final class FromFile implements CredentialsProvider {

    private final Path file;
    private FileTime readAt;
    private CredentialsProvider current;

    FromFile(Path file) {
      this.file = file;
      getCredentials();
    }

    @Override
    public synchronized Credentials getCredentials() {
      try {
        FileTime changed = Files.getLastModifiedTime(file);
        if (!changed.equals(readAt)) {
          Properties keys = new Properties();
          try (Reader reader = Files.newBufferedReader(file)) {
            keys.load(reader);
          }
          current =
              fixed(
                  keys.getProperty("accessKeyId"),
                  keys.getProperty("accessKeySecret"),
                  keys.getProperty("securityToken"),
                  file + " (properties accessKeyId, accessKeySecret)");
          readAt = changed;
        }
      } catch (IOException e) {
        if (current == null) {
          throw new IllegalArgumentException("cannot read the OSS credentials file " + file, e);
        }
        // A file that is being replaced: the keys already held are good until the store says no.
      }
      return current.getCredentials();
    }

    @Override
    public void setCredentials(Credentials credentials) {
      throw new InvalidCredentialsException("credentials come from " + file);
    }
  }
}
