package io.forebay.understore.s3;

import io.forebay.FileStatus;
import io.forebay.understore.EntityTag;
import io.forebay.understore.KeyListing;
import io.forebay.understore.ListingPage;
import io.forebay.understore.MultipartUpload;
import io.forebay.understore.ObjectKeys;
import io.forebay.understore.ObjectReply;
import io.forebay.understore.RangeStream;
import io.forebay.understore.RetryPolicy;
import io.forebay.understore.UnderStore;
import io.forebay.understore.UnderStoreException;
import io.forebay.understore.UnfinishedWrite;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.s3.model.S3Response;

/** An S3 bucket, or what lies below a prefix of one, through the AWS SDK. */
final class S3UnderStore implements UnderStore {

  /** The most keys that ListObjectsV2 returns at a time. */
  private static final int PAGE = 1000;

  private final S3Client client;
  private final String bucket;
  private final ObjectKeys keys;
  private final int partBytes;
  private final boolean checked;

  S3UnderStore(S3Client client, String bucket, ObjectKeys keys, S3Options options) {
    this.client = client;
    this.bucket = bucket;
    this.keys = keys;
    this.partBytes = options.partBytes();
    this.checked = options.checked();
  }

  @Override
  public FileStatus stat(String path) throws IOException {
    if (path.isEmpty()) {
      // Only the bucket's existence is in question, and a listing of one key tells.
      page("", "", 1);
      return FileStatus.directory("");
    }
    try {
      HeadObjectResponse head =
          call(path, () -> client.headObject(r -> r.bucket(bucket).key(keys.key(path))));
      return reply(path, head, head.contentLength(), "", head.eTag(), head.lastModified())
          .describe(path);
    } catch (NoSuchFileException e) {
      ListObjectsV2Response below = page(path, "", 1);
      if (!below.contents().isEmpty() || !below.commonPrefixes().isEmpty()) {
        return FileStatus.directory(path);
      }
      throw e;
    }
  }

  @Override
  public ListingPage list(String directory, String continuation) throws IOException {
    ListObjectsV2Response answer = page(directory, continuation, PAGE);
    if (continuation.isEmpty()
        && !answer.isTruncated() // a page may be empty, and others come
        && !directory.isEmpty()
        && answer.contents().isEmpty()
        && answer.commonPrefixes().isEmpty()) {
      throw new NoSuchFileException(keys.noun(directory), null, "no such directory");
    }
    ObjectKeys.Entries page = keys.children(directory);
    for (CommonPrefix common : answer.commonPrefixes()) {
      page.prefix(common.prefix());
    }
    addObjects(page, answer);
    return page.toPage(
        keys.next(directory, continuation, answer.isTruncated(), answer.nextContinuationToken()));
  }

  @Override
  public boolean hasEntries() throws IOException {
    ListObjectsV2Response answer = page("", "", 1);
    return answer.isTruncated() || answer.hasContents() || answer.hasCommonPrefixes();
  }

  @Override
  public Optional<KeyListing> keys() {
    return Optional.of(this::listKeys);
  }

  private KeyListing.Page listKeys(String after) throws IOException {
    ListObjectsV2Response answer =
        listing(
            "",
            r ->
                r.prefix(keys.directoryPrefix(""))
                    .startAfter(after.isEmpty() ? null : keys.key(after))
                    .maxKeys(PAGE));
    ObjectKeys.Keys page = keys.keysAfter(after);
    addObjects(page, answer);
    return page.page(answer.isTruncated());
  }

  private static void addObjects(ObjectKeys.Entries page, ListObjectsV2Response answer)
      throws IOException {
    for (S3Object object : answer.contents()) {
      page.object(
          object.key(),
          object.size() == null ? -1 : object.size(),
          millis(object.lastModified()),
          EntityTag.of(object.eTag()));
    }
  }

  private ListObjectsV2Response page(String directory, String continuation, int count)
      throws IOException {
    return listing(
        directory,
        r ->
            r.prefix(keys.directoryPrefix(directory))
                .delimiter("/")
                .continuationToken(continuation.isEmpty() ? null : continuation)
                .maxKeys(count));
  }

  private ListObjectsV2Response listing(
      String directory, Consumer<ListObjectsV2Request.Builder> question) throws IOException {
    ListObjectsV2Response answer =
        call(directory, () -> client.listObjectsV2(question.andThen(r -> r.bucket(bucket))));
    if (answer.isTruncated() == null) {
      throw keys.odd(directory, "does not say whether there is more"); // of a portal, perhaps
    }
    return answer;
  }

  @Override
  public InputStream open(FileStatus file, long offset, long length) throws IOException {
    String path = file.path();
    boolean verified = checked && length == file.size();
    ResponseInputStream<GetObjectResponse> body =
        call(
            path,
            () ->
                client.getObject(
                    r -> {
                      r.bucket(bucket).key(keys.key(path));
                      if (verified) { // S3 gives the checksum with the whole object only
                        r.overrideConfiguration(o -> o.putHeader(S3Checksum.ASK, "ENABLED"));
                      } else {
                        r.range("bytes=" + offset + "-" + (offset + length - 1));
                      }
                      EntityTag.toMatch(file).ifPresent(tag -> r.ifMatch('"' + tag + '"'));
                    }));
    GetObjectResponse get = body.response();
    try {
      ObjectReply reply =
          reply(path, get, get.contentLength(), get.contentRange(), get.eTag(), get.lastModified());
      InputStream in = new ObjectStream(path, body, reply.find(file, offset, length));
      return verified ? S3Checksum.verify(keys.noun(path), in, length, get) : in;
    } catch (IOException e) {
      body.abort();
      throw e;
    }
  }

  private ObjectReply reply(
      String path, S3Response answer, Long length, String range, String etag, Instant modified) {
    return new ObjectReply(
        keys.noun(path),
        answer.sdkHttpResponse().statusCode(),
        length == null ? -1 : length,
        range == null ? "" : range,
        EntityTag.of(etag),
        millis(modified));
  }

  private static long millis(Instant modified) {
    return modified == null ? 0 : modified.toEpochMilli();
  }

  @Override
  public FileStatus put(String path, InputStream content, long length) throws IOException {
    if (length > partBytes) {
      MultipartUpload.run(new Parts(path), keys.noun(path), content, length, partBytes);
    } else {
      byte[] bytes = MultipartUpload.read(keys.noun(path), content, (int) length);
      retrying(
          path,
          () ->
              client.putObject(
                  r -> r.bucket(bucket).key(keys.key(path)), RequestBody.fromBytes(bytes)));
    }
    return keys.stored(path, this);
  }

  /** The requests of an upload in parts. */
  private final class Parts implements MultipartUpload<CompletedPart> {

    private final String path;
    private final String key;

    Parts(String path) {
      this.path = path;
      this.key = keys.key(path);
    }

    @Override
    public String begin() throws IOException {
      return retrying(path, () -> client.createMultipartUpload(r -> r.bucket(bucket).key(key)))
          .uploadId();
    }

    @Override
    public CompletedPart part(String upload, int number, byte[] bytes) throws IOException {
      String etag =
          retrying(
                  path,
                  () ->
                      client.uploadPart(
                          r -> r.bucket(bucket).key(key).uploadId(upload).partNumber(number),
                          RequestBody.fromBytes(bytes)))
              .eTag();
      return CompletedPart.builder().partNumber(number).eTag(etag).build();
    }

    @Override
    public void complete(String upload, List<CompletedPart> parts) throws IOException {
      retrying(
          path,
          () ->
              client.completeMultipartUpload(
                  r ->
                      r.bucket(bucket)
                          .key(key)
                          .uploadId(upload)
                          .multipartUpload(m -> m.parts(parts))));
    }

    @Override
    public void abort(String upload) throws IOException {
      retrying(
          path, () -> client.abortMultipartUpload(r -> r.bucket(bucket).key(key).uploadId(upload)));
    }
  }

  @Override
  public List<UnfinishedWrite> unfinished() throws IOException {
    String prefix = keys.directoryPrefix("");
    return call(
        "",
        () ->
            client
                .listMultipartUploadsPaginator(r -> r.bucket(bucket).prefix(prefix))
                .uploads()
                .stream()
                .map(
                    u ->
                        new UnfinishedWrite(
                            keys.below(u.key()), u.uploadId(), u.initiated().toEpochMilli()))
                .toList());
  }

  @Override
  public void abandon(UnfinishedWrite write) throws IOException {
    new Parts(write.path()).abort(write.upload());
  }

  @Override
  public void delete(String path) throws IOException {
    call(path, () -> client.deleteObject(r -> r.bucket(bucket).key(keys.key(path))));
  }

  @Override
  public void makeDirectory(String path) throws IOException {
    retrying(
        path,
        () ->
            client.putObject(
                r -> r.bucket(bucket).key(keys.directoryPrefix(path)), RequestBody.empty()));
  }

  @Override
  public void removeDirectory(String path) throws IOException {
    if (keys.isEmptyDirectory(this, path)) {
      call(path, () -> client.deleteObject(r -> r.bucket(bucket).key(keys.directoryPrefix(path))));
    }
  }

  @Override
  public void close() {
    client.close();
  }

  private interface Call<T> {
    T run();
  }

  private <T> T call(String path, Call<T> call) throws IOException {
    try {
      return call.run();
    } catch (SdkException e) {
      throw S3Errors.translate(keys.noun(path), e);
    }
  }

  private <T> T retrying(String path, Call<T> call) throws IOException {
    return RetryPolicy.DEFAULT.run(() -> call(path, call));
  }

  /** The body of a GET. Closing it before its end drops the connection instead of draining it. */
  private final class ObjectStream extends RangeStream {

    private final String path;
    private final ResponseInputStream<GetObjectResponse> body;

    ObjectStream(String path, ResponseInputStream<GetObjectResponse> body, ObjectReply.Part part) {
      super(body, part);
      this.path = path;
      this.body = body;
    }

    @Override
    protected IOException translate(Exception e) {
      return e instanceof SdkException refused
          ? S3Errors.translate(keys.noun(path), refused)
          : UnderStoreException.passing(keys.noun(path) + ": " + e.getMessage(), e);
    }

    @Override
    protected void closeEarly() {
      body.abort();
    }
  }
}
