package io.forebay.understore.s3;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/** Sets up the AWS SDK's client. */
final class S3Clients {

  private S3Clients() {}

  static S3Client create(S3Options options) {
    S3ClientBuilder builder =
        S3Client.builder()
            .region(Region.of(options.region()))
            .endpointOverride(URI.create(options.endpoint()))
            .forcePathStyle(options.pathStyle())
            .credentialsProvider(credentials(options))
            // Stores that only speak the protocol know no trailing checksums.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            // Retrying is RetryingUnderStore's work: two layers of it would multiply the attempts.
            .overrideConfiguration(c -> c.retryStrategy(AwsRetryStrategy.doNotRetry()))
            .httpClientBuilder(
                Apache5HttpClient.builder()
                    .connectionTimeout(Duration.ofMillis(options.connectTimeoutMillis()))
                    .connectionAcquisitionTimeout(Duration.ofMillis(options.readTimeoutMillis()))
                    .socketTimeout(Duration.ofMillis(options.readTimeoutMillis()))
                    .maxConnections(options.maxConnections()));
    return builder.build();
  }

  private static AwsCredentialsProvider credentials(S3Options options) {
    Optional<String> provider = options.provider();
    boolean environment = provider.equals(Optional.of(S3Options.ENVIRONMENT));
    if (provider.isPresent() && !environment) {
      return instantiate(provider.get());
    }
    if (environment || options.accessKey().isEmpty()) {
      return DefaultCredentialsProvider.builder().build();
    }
    String id = options.accessKey().get();
    String secret = options.secretKey().orElseThrow();
    return StaticCredentialsProvider.create(
        options.sessionToken().isPresent()
            ? AwsSessionCredentials.create(id, secret, options.sessionToken().get())
            : AwsBasicCredentials.create(id, secret));
  }

  private static AwsCredentialsProvider instantiate(String className) {
    try {
      return Class.forName(className)
          .asSubclass(AwsCredentialsProvider.class)
          .getDeclaredConstructor()
          .newInstance();
    } catch (ReflectiveOperationException | ClassCastException e) {
      throw new IllegalArgumentException(
          S3Options.PROVIDER
              + " is '"
              + className
              + "'; it must be '"
              + S3Options.ENVIRONMENT
              + "' or a public "
              + AwsCredentialsProvider.class.getName()
              + " with a constructor without arguments",
          e);
    }
  }
}
