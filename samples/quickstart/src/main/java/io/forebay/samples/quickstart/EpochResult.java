package io.forebay.samples.quickstart;

/**
 * What one epoch took.
 *
 * @param source what was read from
 * @param epoch from 1
 * @param seconds from the first batch's request to the last step
 * @param waitingSeconds of these, in which the trainer had nothing to train on
 * @param storeRequests object reads that reached the bucket
 * @param storeBytes object bytes that left it
 * @param loss mean over the epoch
 */
record EpochResult(
    String source,
    int epoch,
    int images,
    double seconds,
    double waitingSeconds,
    long storeRequests,
    long storeBytes,
    float loss) {

  double imagesPerSecond() {
    return images / seconds;
  }

  double waitingShare() {
    return waitingSeconds / seconds;
  }

  /** Share of reads that did not reach the bucket. */
  double hitRatio() {
    return 1 - (double) storeRequests / images;
  }
}
