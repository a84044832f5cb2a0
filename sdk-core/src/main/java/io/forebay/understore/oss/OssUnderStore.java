package io.forebay.understore.oss;

import com.aliyun.oss.ClientException;
import com.aliyun.oss.OSS;
import com.aliyun.oss.OSSException;
import com.aliyun.oss.common.utils.BinaryUtil;
import com.aliyun.oss.common.utils.CRC64;
import com.aliyun.oss.model.AbortMultipartUploadRequest;
import com.aliyun.oss.model.CompleteMultipartUploadRequest;
import com.aliyun.oss.model.GetObjectRequest;
import com.aliyun.oss.model.InitiateMultipartUploadRequest;
import com.aliyun.oss.model.ListMultipartUploadsRequest;
import com.aliyun.oss.model.MultipartUploadListing;
import com.aliyun.oss.model.OSSObject;
import com.aliyun.oss.model.ObjectMetadata;
import com.aliyun.oss.model.PartETag;
import com.aliyun.oss.model.UploadPartRequest;
import io.forebay.FileStatus;
import io.forebay.understore.ChecksummedStream;
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
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A bucket, or the part of one below a prefix. */
final class OssUnderStore implements UnderStore {

  /** The most keys that ListObjectsV2 returns at a time. */
  private static final int PAGE = 1000;

  private final OSS client;
  private final OssListing listing;
  private final String bucket;
  private final ObjectKeys keys;
  private final int partBytes;
  private final boolean checked;

  OssUnderStore(
      OSS client, OssListing listing, String bucket, ObjectKeys keys, OssOptions options) {
    this.client = client;
    this.listing = listing;
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
      return reply(path, 200, call(path, () -> client.headObject(bucket, key(path))))
          .describe(path);
    } catch (NoSuchFileException e) {
      if (!page(path, "", 1).isEmpty()) {
        return FileStatus.directory(path);
      }
      throw e;
    }
  }

  @Override
  public ListingPage list(String directory, String continuation) throws IOException {
    OssPage result = page(directory, continuation, PAGE);
    // A page may be empty, and others come.
    if (result.isEmpty() && !result.truncated() && continuation.isEmpty() && !directory.isEmpty()) {
      throw new NoSuchFileException(noun(directory), null, "no such directory");
    }
    ObjectKeys.Entries page = keys.children(directory);
    for (String common : result.prefixes()) {
      page.prefix(common);
    }
    addObjects(page, result);
    return page.toPage(keys.next(directory, continuation, result.truncated(), result.next()));
  }

  @Override
  public boolean hasEntries() throws IOException {
    OssPage answer = page("", "", 1);
    return answer.truncated() || !answer.isEmpty();
  }

  private static void addObjects(ObjectKeys.Entries page, OssPage result) throws IOException {
    for (OssPage.Entry object : result.objects()) {
      page.object(
          object.key(), object.size(), object.modifiedMillis(), EntityTag.of(object.etag()));
    }
  }

  @Override
  public Optional<KeyListing> keys() {
    return Optional.of(this::listKeys);
  }

  private KeyListing.Page listKeys(String after) throws IOException {
    Map<String, String> where = after.isEmpty() ? Map.of() : Map.of("start-after", keys.key(after));
    OssPage result = call("", () -> listing.page(keys.directoryPrefix(""), PAGE, where));
    ObjectKeys.Keys page = keys.keysAfter(after);
    addObjects(page, result);
    return page.page(result.truncated());
  }

  @Override
  public InputStream open(FileStatus file, long offset, long length) throws IOException {
    GetObjectRequest request = new GetObjectRequest(bucket, key(file.path()));
    request.setRange(offset, offset + length - 1);
    EntityTag.toMatch(file).ifPresent(tag -> request.setMatchingETagConstraints(List.of(tag)));
    OSSObject object = call(file.path(), () -> client.getObject(request));
    try {
      ObjectReply reply =
          reply(file.path(), object.getResponse().getStatusCode(), object.getObjectMetadata());
      InputStream in = new ObjectStream(file.path(), object, reply.find(file, offset, length));
      return checked && length == file.size() ? verify(file, in, object) : in;
    } catch (IOException e) {
      object.forcedClose();
      throw e;
    }
  }

  /** Compared where the store has a checksum: what was appended to, say, may have none. */
  private InputStream verify(FileStatus file, InputStream in, OSSObject object) {
    Long crc = object.getServerCRC();
    return crc == null
        ? in
        : new ChecksummedStream(noun(file.path()), in, file.size(), new CRC64(), crc);
  }

  @Override
  public FileStatus put(String path, InputStream content, long length) throws IOException {
    if (length > partBytes) {
      MultipartUpload.run(new Parts(path), noun(path), content, length, partBytes);
    } else {
      byte[] bytes = MultipartUpload.read(noun(path), content, (int) length);
      retrying(
          path,
          () -> {
            ObjectMetadata metadata = new ObjectMetadata();
            metadata.setContentLength(bytes.length);
            metadata.setContentMD5(md5(bytes));
            return client.putObject(bucket, key(path), new ByteArrayInputStream(bytes), metadata);
          });
    }
    return keys.stored(path, this);
  }

  /** The requests of an upload in parts. */
  private final class Parts implements MultipartUpload<PartETag> {

    private final String path;
    private final String key;

    Parts(String path) {
      this.path = path;
      this.key = key(path);
    }

    @Override
    public String begin() throws IOException {
      return retrying(
          path,
          () ->
              client
                  .initiateMultipartUpload(new InitiateMultipartUploadRequest(bucket, key))
                  .getUploadId());
    }

    @Override
    public PartETag part(String upload, int number, byte[] bytes) throws IOException {
      return retrying(
          path,
          () -> {
            UploadPartRequest part =
                new UploadPartRequest(
                    bucket, key, upload, number, new ByteArrayInputStream(bytes), bytes.length);
            part.setMd5Digest(md5(bytes));
            return client.uploadPart(part).getPartETag();
          });
    }

    @Override
    public void complete(String upload, List<PartETag> parts) throws IOException {
      retrying(
          path,
          () ->
              client.completeMultipartUpload(
                  new CompleteMultipartUploadRequest(bucket, key, upload, parts)));
    }

    @Override
    public void abort(String upload) throws IOException {
      retrying(
          path,
          () -> client.abortMultipartUpload(new AbortMultipartUploadRequest(bucket, key, upload)));
    }
  }

  @Override
  public List<UnfinishedWrite> unfinished() throws IOException {
    ListMultipartUploadsRequest request = new ListMultipartUploadsRequest(bucket);
    request.setPrefix(keys.directoryPrefix(""));
    List<UnfinishedWrite> found = new ArrayList<>();
    MultipartUploadListing page;
    do {
      page = call("", () -> client.listMultipartUploads(request));
      for (var upload : page.getMultipartUploads()) {
        found.add(
            new UnfinishedWrite(
                keys.below(upload.getKey()),
                upload.getUploadId(),
                upload.getInitiated().toInstant().toEpochMilli()));
      }
      request.setKeyMarker(page.getNextKeyMarker());
      request.setUploadIdMarker(page.getNextUploadIdMarker());
    } while (page.isTruncated());
    return found;
  }

  @Override
  public void abandon(UnfinishedWrite write) throws IOException {
    new Parts(write.path()).abort(write.upload());
  }

  @Override
  public void delete(String path) throws IOException {
    call(path, () -> client.deleteObject(bucket, key(path)));
  }

  @Override
  public void makeDirectory(String path) throws IOException {
    ObjectMetadata metadata = new ObjectMetadata();
    metadata.setContentLength(0);
    InputStream nothing = InputStream.nullInputStream();
    retrying(path, () -> client.putObject(bucket, keys.directoryPrefix(path), nothing, metadata));
  }

  @Override
  public void removeDirectory(String path) throws IOException {
    if (keys.isEmptyDirectory(this, path)) {
      call(path, () -> client.deleteObject(bucket, keys.directoryPrefix(path)));
    }
  }

  @Override
  public void close() {
    listing.close();
    client.shutdown();
  }

  private OssPage page(String directory, String continuation, int count) throws IOException {
    Map<String, String> where =
        continuation.isEmpty()
            ? Map.of("delimiter", "/")
            : Map.of("delimiter", "/", "continuation-token", continuation);
    return call(directory, () -> listing.page(keys.directoryPrefix(directory), count, where));
  }

  private interface Call<T> {
    T run();
  }

  private <T> T call(String path, Call<T> call) throws IOException {
    try {
      return call.run();
    } catch (OSSException e) {
      throw OssErrors.translate(noun(path), e);
    } catch (ClientException e) {
      throw OssErrors.translate(noun(path), e);
    } catch (RuntimeException e) {
      throw UnderStoreException.passing(noun(path) + ": the client cannot read the answer", e);
    }
  }

  private <T> T retrying(String path, Call<T> call) throws IOException {
    return RetryPolicy.DEFAULT.run(() -> call(path, call));
  }

  /** What the store compares an upload with. */
  private static String md5(byte[] bytes) {
    return BinaryUtil.toBase64String(BinaryUtil.calculateMd5(bytes));
  }

  private String key(String path) {
    return keys.key(path);
  }

  private String noun(String path) {
    return keys.noun(path);
  }

  private ObjectReply reply(String path, int status, ObjectMetadata headers) {
    Map<String, Object> raw = headers.getRawMetadata();
    return new ObjectReply(
        noun(path),
        status,
        raw.get("Content-Length") instanceof Long length ? length : -1,
        String.valueOf(raw.getOrDefault("Content-Range", "")),
        EntityTag.of(headers.getETag()),
        Optional.ofNullable(headers.getLastModified())
            .map(date -> date.toInstant().toEpochMilli())
            .orElse(0L));
  }

  /**
   * The body of a GET. Closing it before its end drops the connection instead of draining it. Not
   * the object's own stream: that has a CRC64 of each byte computed, an eighth of the CPU time of a
   * warm-up, whatever the client's configuration says.
   */
  private final class ObjectStream extends RangeStream {

    private final String path;
    private final OSSObject object;

    ObjectStream(String path, OSSObject object, ObjectReply.Part part) {
      super(object.getResponse().getContent(), part);
      this.path = path;
      this.object = object;
    }

    @Override
    protected IOException translate(Exception e) {
      return e instanceof ClientException refused
          ? OssErrors.translate(noun(path), refused)
          : UnderStoreException.passing(noun(path) + ": " + e.getMessage(), e);
    }

    @Override
    protected void closeEarly() throws IOException {
      object.forcedClose();
    }
  }
}
