package io.forebay.understore.hdfs;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.NoSpaceException;
import io.forebay.StaleFileException;
import io.forebay.understore.UnderStoreException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.NoSuchFileException;
import org.apache.hadoop.ipc.RemoteException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the exceptions of name nodes and of the client mean, row by row. */
class HdfsErrorsTest {

  @ParameterizedTest
  @CsvSource({
    "java.io.FileNotFoundException, no, MISSING",
    "org.apache.hadoop.fs.ParentNotDirectoryException, no, MISSING",
    "org.apache.hadoop.security.AccessControlException, denied, DENIED",
    "org.apache.hadoop.security.AccessControlException, /a is not a directory, MISSING",
    "org.apache.hadoop.fs.PathIsNotEmptyDirectoryException, no, NOT_EMPTY",
    "org.apache.hadoop.ipc.StandbyException, READ is not supported in state standby, PASSING",
    "org.apache.hadoop.ipc.RetriableException, starting up, PASSING",
    "org.apache.hadoop.ipc.ObserverRetryOnActiveException, later, PASSING",
    "org.apache.hadoop.hdfs.server.namenode.SafeModeException, no, LASTING",
    "org.apache.hadoop.ipc.RetriableException, x.SafeModeException: no, LASTING",
    "org.apache.hadoop.hdfs.protocol.DSQuotaExceededException, full, NO_SPACE",
    "java.lang.IllegalStateException, odd, LASTING",
  })
  void anExceptionOfTheNameNodeHasOneMeaning(String type, String message, String kind) {
    IOException e = HdfsErrors.translate("hdfs://x/file", new RemoteException(type, message));
    assertThat(kind(e)).isEqualTo(kind);
    assertThat(e).hasMessageContaining("hdfs://x/file");
  }

  private static String kind(IOException e) {
    if (e instanceof UnderStoreException failure) {
      return failure.isTransient() ? "PASSING" : "LASTING";
    }
    if (e instanceof NoSuchFileException) {
      return "MISSING";
    }
    if (e instanceof NoSpaceException) {
      return "NO_SPACE";
    }
    if (e instanceof DirectoryNotEmptyException) {
      return "NOT_EMPTY";
    }
    return e instanceof AccessDeniedException ? "DENIED" : e.toString();
  }

  @Test
  void aFailureOfTheClientPassesAndOursStayAsTheyAre() {
    IOException broken = HdfsErrors.translate("hdfs://x/file", new IOException("broken pipe"));
    assertThat(kind(broken)).isEqualTo("PASSING");
    IOException stale = new StaleFileException("hdfs://x/file", "why");
    assertThat(HdfsErrors.translate("hdfs://x/file", stale)).isSameAs(stale);
  }
}
