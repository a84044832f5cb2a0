package io.forebay.samples.quickstart;

import com.aliyun.oss.OSS;
import com.aliyun.oss.OSSClientBuilder;
import com.aliyun.oss.common.auth.DefaultCredentialProvider;
import com.aliyun.oss.model.ListObjectsV2Request;
import com.aliyun.oss.model.ListObjectsV2Result;
import com.aliyun.oss.model.OSSObject;
import com.aliyun.oss.model.OSSObjectSummary;
import io.forebay.FileStatus;
import io.forebay.dataset.folder.FileSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The direct path: what a trainer writes who has only the official client. */
final class OssFiles implements FileSource, AutoCloseable {

  private final OSS client;

  OssFiles(String endpoint, String id, String secret) {
    client =
        OSSClientBuilder.create()
            .endpoint(endpoint)
            .credentialsProvider(new DefaultCredentialProvider(id, secret))
            .build();
  }

  @Override
  public List<FileStatus> walk(String directory) {
    List<FileStatus> files = new ArrayList<>();
    ListObjectsV2Request request =
        new ListObjectsV2Request(Bucket.NAME).withPrefix(directory).withMaxKeys(1000);
    ListObjectsV2Result page;
    do {
      page = client.listObjectsV2(request);
      for (OSSObjectSummary object : page.getObjectSummaries()) {
        files.add(
            FileStatus.file(
                object.getKey(),
                object.getSize(),
                object.getLastModified().toInstant().toEpochMilli(),
                object.getETag()));
      }
      request.setContinuationToken(page.getNextContinuationToken());
    } while (page.isTruncated());
    return files;
  }

  @Override
  public ByteBuffer read(String path) throws IOException {
    try (OSSObject object = client.getObject(Bucket.NAME, path);
        InputStream in = object.getObjectContent()) {
      return ByteBuffer.wrap(in.readAllBytes());
    }
  }

  @Override
  public void close() {
    client.shutdown();
  }
}
