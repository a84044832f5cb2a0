package io.forebay.store.retention;

import java.util.function.LongConsumer;

/** Keeps what is there until reading proves not to be in epochs, and goes by frequency then. */
final class AdaptiveRetention implements Retention {

  /** Windows of epochs after which a data set counts as read in epochs again. */
  private static final int PROOFS = 2;

  private final long capacityBytes;
  private final Retention keep = new KeepRetention();
  private final AccessPattern shape = new AccessPattern();
  private int proofs;
  private volatile Retention current = keep;

  AdaptiveRetention(long capacityBytes) {
    this.capacityBytes = capacityBytes;
  }

  @Override
  public void onRead(long key, long residentBytes) {
    observe(key);
    current.onRead(key, residentBytes);
  }

  private synchronized void observe(long key) {
    switch (shape.onRead(key)) {
      case OPEN -> {}
      case OTHER -> {
        proofs = 0;
        if (!current.evictsOwnFiles()) {
          // It knows nothing of older files: they go before all that are read from now on.
          current = new FrequencyRetention(capacityBytes);
        }
      }
      case EPOCHS -> {
        if (++proofs >= PROOFS) {
          current = keep;
        }
      }
    }
  }

  @Override
  public void onResident(long key, long bytes) {
    current.onResident(key, bytes);
  }

  @Override
  public void onGone(long key) {
    current.onGone(key);
  }

  @Override
  public boolean evictsOwnFiles() {
    return current.evictsOwnFiles();
  }

  @Override
  public void chooseVictims(long bytes, long heldBytes, Held held, LongConsumer victims) {
    current.chooseVictims(bytes, heldBytes, held, victims);
  }

  @Override
  public String name() {
    return current.name();
  }
}
