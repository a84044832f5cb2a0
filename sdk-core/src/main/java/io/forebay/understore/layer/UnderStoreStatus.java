package io.forebay.understore.layer;

/**
 * How a data set's under-store is asked, at one moment; counts since the data set was opened.
 *
 * @param requests sent
 * @param failures of them
 * @param throttled failures with which the store asked for fewer requests
 * @param bytes received
 * @param running requests at present
 * @param waiting requests that wait for their turn
 * @param limit requests that may run at a time, at present
 * @param firstBytes answers whose first byte came
 * @param firstByteSeconds time that all of them took together until then
 * @param firstByteMedianMillis time to the first byte of an answer, lately
 * @param firstByteP99Millis the same, 99th percentile
 */
public record UnderStoreStatus(
    long requests,
    long failures,
    long throttled,
    long bytes,
    int running,
    int waiting,
    int limit,
    long firstBytes,
    double firstByteSeconds,
    double firstByteMedianMillis,
    double firstByteP99Millis) {}
