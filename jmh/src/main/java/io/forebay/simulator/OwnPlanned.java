package io.forebay.simulator;

import io.forebay.plan.PlanUpdate;
import io.forebay.plan.Plans;
import java.util.ArrayList;
import java.util.List;

/**
 * The retention of the store when jobs announce what they will read, some part of an epoch ahead.
 * Jobs take turns in the trace.
 */
final class OwnPlanned implements Policy {

  private static final long NANOS_PER_READ = 1_000_000;

  /** How often in an epoch a job says how far it is. */
  private static final int STEPS = 1000;

  private final Trace trace;
  private final int jobs;
  private final int ahead;
  private final int step;
  private final Plans plans;
  private final Own own;
  private final int[] announced;
  private int clock;

  /**
   * @param lookAhead how far each job announces its reads, as a share of an epoch
   */
  OwnPlanned(int capacity, Trace trace, int jobs, double lookAhead) {
    this.trace = trace;
    this.jobs = jobs;
    this.ahead = (int) (lookAhead * trace.files());
    this.step = Math.max(1, trace.files() / STEPS);
    this.plans = new Plans(() -> clock * NANOS_PER_READ);
    this.own = new Own(capacity, trace.files(), plans);
    this.announced = new int[jobs];
  }

  @Override
  public boolean read(int file) {
    int job = clock % jobs;
    int position = clock / jobs;
    if (position % step == 0) {
      announce(job, position);
    }
    boolean hit = own.read(file);
    clock++;
    return hit;
  }

  private void announce(int job, int position) {
    List<PlanUpdate.Read> reads = new ArrayList<>();
    int end = Math.min(position + ahead, trace.reads().length / jobs);
    for (; announced[job] < end; announced[job]++) {
      int file = trace.reads()[announced[job] * jobs + job];
      reads.add(new PlanUpdate.Read(announced[job], own.key(file)));
    }
    plans.update(new PlanUpdate(job, position, reads));
  }

  @Override
  public long written() {
    return own.written();
  }
}
