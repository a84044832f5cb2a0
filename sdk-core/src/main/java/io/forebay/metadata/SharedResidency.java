package io.forebay.metadata;

import io.forebay.file.FileId;
import java.nio.ByteBuffer;
import java.util.Optional;
import net.openhft.chronicle.map.ChronicleMap;

/** Residency in a memory-mapped map. Value: directory (int), length (long). */
final class SharedResidency implements Residency {

  static final int VALUE_BYTES = Integer.BYTES + Long.BYTES;

  private final ChronicleMap<byte[], byte[]> map;
  private final MapCircuitBreaker trouble;

  SharedResidency(ChronicleMap<byte[], byte[]> map, MapCircuitBreaker trouble) {
    this.map = map;
    this.trouble = trouble;
  }

  @Override
  public Optional<Location> find(FileId id) {
    byte[] value = trouble.call(() -> map.get(id.toBytes()));
    if (value == null) {
      return Optional.empty();
    }
    ByteBuffer fields = ByteBuffer.wrap(value);
    return Optional.of(new Location(fields.getInt(), fields.getLong()));
  }

  @Override
  public void put(FileId id, Location location) {
    byte[] value =
        ByteBuffer.allocate(VALUE_BYTES)
            .putInt(location.directory())
            .putLong(location.length())
            .array();
    trouble.run(() -> map.put(id.toBytes(), value));
  }

  @Override
  public void remove(FileId id) {
    // A stale entry is harmless: its file is gone, and readers then ask the server.
    trouble.run(() -> map.remove(id.toBytes()));
  }

  @Override
  public void close() {
    map.close();
  }
}
