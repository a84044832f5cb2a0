package io.forebay.understore;

/**
 * What a writer has stored of a file that is not there yet. Its writer is at work, or was killed.
 *
 * @param path of the file that it would become; in a file system, of the file that it is
 * @param upload the store's name for it; empty in a file system
 * @param sinceMillis when it was begun, or last written to; milliseconds since 1970
 */
public record UnfinishedWrite(String path, String upload, long sinceMillis) {}
