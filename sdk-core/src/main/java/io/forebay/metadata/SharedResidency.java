package io.forebay.metadata;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import net.openhft.chronicle.map.ChronicleMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Residency in a memory-mapped map. Value: tier (int), length (long). */
final class SharedResidency implements Residency {

  private static final Logger log = LoggerFactory.getLogger(SharedResidency.class);

  static final int VALUE_BYTES = Integer.BYTES + Long.BYTES;

  private final ChronicleMap<byte[], byte[]> map;
  private final AtomicBoolean complained = new AtomicBoolean();

  SharedResidency(ChronicleMap<byte[], byte[]> map) {
    this.map = map;
  }

  @Override
  public Optional<Location> find(FileId id) {
    try {
      byte[] value = map.get(id.toBytes());
      if (value == null) {
        return Optional.empty();
      }
      ByteBuffer fields = ByteBuffer.wrap(value);
      return Optional.of(new Location(fields.getInt(), fields.getLong()));
    } catch (RuntimeException e) {
      // A lock left behind by a killed process, or a map that was closed: ask the server instead.
      complain("lookup", e);
      return Optional.empty();
    }
  }

  @Override
  public void put(FileId id, Location location) {
    try {
      map.put(
          id.toBytes(),
          ByteBuffer.allocate(VALUE_BYTES)
              .putInt(location.tier())
              .putLong(location.length())
              .array());
    } catch (RuntimeException e) {
      complain("update", e);
    }
  }

  @Override
  public void remove(FileId id) {
    try {
      map.remove(id.toBytes());
    } catch (RuntimeException e) {
      // A stale entry is harmless: its file is gone, and readers then ask the server.
      complain("removal", e);
    }
  }

  private void complain(String what, RuntimeException e) {
    if (complained.compareAndSet(false, true)) {
      log.warn("a {} in the shared residency map failed; going on without", what, e);
    }
  }

  @Override
  public void close() {
    map.close();
  }
}
