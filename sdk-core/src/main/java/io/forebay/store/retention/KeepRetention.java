package io.forebay.store.retention;

import java.util.function.LongConsumer;

/**
 * Keeps what is there. For epochs in random order no policy, not even one that knows the future of
 * one job, hits more reads than the share of the data set that is resident, and this reaches it.
 */
final class KeepRetention implements Retention {

  @Override
  public void onRead(long key, long residentBytes) {}

  @Override
  public void onResident(long key, long bytes) {}

  @Override
  public void onGone(long key) {}

  @Override
  public boolean evictsOwnFiles() {
    return false;
  }

  @Override
  public void chooseVictims(long bytes, long heldBytes, Held held, LongConsumer victims) {}

  @Override
  public String name() {
    return "keep";
  }
}
