package io.forebay.simulator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Reads in their order, all files of one size.
 *
 * @param name for the table
 * @param files numbered from 0
 * @param reads file numbers
 * @param from the first read that counts; those before warm the caches up
 * @param to the first one after it that does not count any more
 */
record Trace(String name, int files, int[] reads, int from, int to) {

  Trace(String name, int files, int[] reads, int from) {
    this(name, files, reads, from, reads.length);
  }

  /**
   * Jobs that each read every file once per epoch, in an order of their own, at the same speed, and
   * began at different points of an epoch.
   */
  static Trace epochs(int files, int jobs, int epochs) {
    SplittableRandom random = new SplittableRandom(jobs);
    int[][] orders = new int[jobs][];
    int[] at = new int[jobs];
    for (int job = 0; job < jobs; job++) {
      orders[job] = permutation(files, random);
      at[job] = jobs == 1 ? 0 : random.nextInt(files);
    }
    int[] reads = new int[files * jobs * epochs];
    for (int i = 0; i < reads.length; i++) {
      int job = i % jobs;
      if (at[job] == files) {
        orders[job] = permutation(files, random);
        at[job] = 0;
      }
      reads[i] = orders[job][at[job]++];
    }
    return new Trace(
        jobs == 1 ? "epochs, 1 job" : "epochs, " + jobs + " jobs", files, reads, files * jobs * 2);
  }

  private static int[] permutation(int files, SplittableRandom random) {
    int[] order = new int[files];
    for (int i = 0; i < files; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  /** The same order over and over, as a sequential scan has it. */
  static Trace scans(int files, int passes) {
    int[] reads = new int[files * passes];
    Arrays.setAll(reads, i -> i % files);
    return new Trace("scans", files, reads, files * 2);
  }

  /** Independent reads whose popularity falls with the rank to the power of the exponent. */
  static Trace zipf(int files, int count, double exponent) {
    SplittableRandom random = new SplittableRandom(3);
    double[] sums = new double[files];
    double sum = 0;
    for (int i = 0; i < files; i++) {
      sum += Math.pow(i + 1, -exponent);
      sums[i] = sum;
    }
    int[] names = permutation(files, random);
    int[] reads = new int[count];
    for (int i = 0; i < count; i++) {
      int rank = Arrays.binarySearch(sums, random.nextDouble() * sum);
      reads[i] = names[Math.min(files - 1, rank < 0 ? -rank - 1 : rank)];
    }
    return new Trace("Zipf " + exponent, files, reads, count / 3);
  }

  /** A working set that moves on: reads are of what is near a point that wanders over the files. */
  static Trace recency(int files, int count) {
    SplittableRandom random = new SplittableRandom(4);
    int[] reads = new int[count];
    for (int i = 0; i < count; i++) {
      double point = (double) i / count * files * 2;
      // Exponentially fewer reads of what is longer ago.
      double back = -Math.log(1 - random.nextDouble()) * files / 40;
      reads[i] = Math.floorMod((int) (point - back), files);
    }
    return new Trace("recency", files, reads, count / 3);
  }

  /** A job in epochs over half of the files, and Zipf reads of the other half. */
  static Trace mixed(int files, int count) {
    Trace job = epochs(files / 2, 1, count / files + 1);
    Trace notebook = zipf(files / 2, count / 2 + 1, 0.9);
    int[] reads = new int[count];
    for (int i = 0; i < count; i++) {
      reads[i] = i % 2 == 0 ? job.reads[i / 2] : files / 2 + notebook.reads[i / 2];
    }
    return new Trace("mixed", files, reads, count / 3);
  }

  static List<Trace> all(int files) {
    List<Trace> traces = new ArrayList<>();
    for (int jobs : new int[] {1, 2, 4, 8}) {
      traces.add(epochs(files, jobs, 6));
    }
    traces.add(scans(files, 8));
    traces.add(zipf(files, files * 20, 0.7));
    traces.add(zipf(files, files * 20, 0.9));
    traces.add(zipf(files, files * 20, 1.1));
    traces.add(recency(files, files * 20));
    traces.add(mixed(files, files * 16));
    return traces;
  }
}
