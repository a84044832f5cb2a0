package io.forebay.understore.hdfs;

import io.forebay.NameTooLongException;
import io.forebay.NoSpaceException;
import io.forebay.StaleFileException;
import io.forebay.understore.UnderStoreException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.NoSuchFileException;
import java.util.Set;
import org.apache.hadoop.fs.ParentNotDirectoryException;
import org.apache.hadoop.fs.PathIsNotEmptyDirectoryException;
import org.apache.hadoop.hdfs.protocol.QuotaExceededException;
import org.apache.hadoop.ipc.RemoteException;
import org.apache.hadoop.security.AccessControlException;

/** Turns Hadoop's exceptions into the SPI's; those of the SPI stay as they are. */
final class HdfsErrors {

  /** With which a name node says that it, or another one, will answer soon. */
  private static final Set<String> PASSING =
      Set.of("StandbyException", "RetriableException", "ObserverRetryOnActiveException");

  private HdfsErrors() {}

  /**
   * @param noun what was asked for, such as {@code hdfs://cluster/data/file}
   */
  static IOException translate(String noun, IOException failure) {
    IOException e =
        failure instanceof RemoteException remote ? remote.unwrapRemoteException() : failure;
    if (e instanceof StaleFileException
        || e instanceof NoSuchFileException
        || e instanceof UnderStoreException) {
      return e;
    }
    String detail = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    if (e instanceof FileNotFoundException || e instanceof ParentNotDirectoryException) {
      return new NoSuchFileException(noun, null, "no such file");
    }
    if (e instanceof AccessControlException) {
      // HDFS says so of 'a/b' too where 'a' is a file that the user may not search.
      return detail.contains("is not a directory")
          ? new NoSuchFileException(noun, null, "a parent of the path is a file")
          : new AccessDeniedException(noun, null, detail);
    }
    if (e instanceof QuotaExceededException) {
      return new NoSpaceException(noun, "quota of its directory exceeded: " + detail, e);
    }
    if (e instanceof PathIsNotEmptyDirectoryException) {
      return new DirectoryNotEmptyException(noun);
    }
    if (e instanceof UnknownHostException) {
      return UnderStoreException.lasting(noun + ": unknown host " + detail, e);
    }
    // The class itself may be one that clients lack.
    String type = failure instanceof RemoteException r ? r.getClassName() : e.getClass().getName();
    String kind = type.substring(type.lastIndexOf('.') + 1);
    if (kind.endsWith("PathComponentTooLongException")) {
      return new NameTooLongException(noun, detail);
    }
    if ((kind + detail).contains("SafeModeException")) {
      return UnderStoreException.lasting(
          noun
              + ": the name node is in safe mode and refuses changes; wait until it leaves safe"
              + " mode ('hdfs dfsadmin -safemode get')",
          e);
    }
    String text = noun + ": " + kind + ": " + detail;
    return !(failure instanceof RemoteException) || PASSING.contains(kind)
        ? UnderStoreException.passing(text, e)
        : UnderStoreException.lasting(text, e);
  }
}
