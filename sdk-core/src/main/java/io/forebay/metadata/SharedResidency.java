package io.forebay.metadata;

import java.nio.ByteBuffer;
import java.util.Optional;
import net.openhft.chronicle.map.ChronicleMap;

/** Residency in a memory-mapped map. Value: directory (int), length (long). */
final class SharedResidency implements Residency {

  static final int VALUE_BYTES = Integer.BYTES + Long.BYTES;

  private final ChronicleMap<byte[], byte[]> map;
  private final MapTrouble trouble;

  SharedResidency(ChronicleMap<byte[], byte[]> map, MapTrouble trouble) {
    this.map = map;
    this.trouble = trouble;
  }

  @Override
  public Optional<Location> find(FileId id) {
    if (trouble.isStuck()) {
      return Optional.empty();
    }
    try {
      byte[] value = map.get(id.toBytes());
      if (value == null) {
        return Optional.empty();
      }
      ByteBuffer fields = ByteBuffer.wrap(value);
      return Optional.of(new Location(fields.getInt(), fields.getLong()));
    } catch (RuntimeException e) {
      trouble.met(e);
      return Optional.empty();
    }
  }

  @Override
  public void put(FileId id, Location location) {
    if (trouble.isStuck()) {
      return;
    }
    try {
      map.put(
          id.toBytes(),
          ByteBuffer.allocate(VALUE_BYTES)
              .putInt(location.directory())
              .putLong(location.length())
              .array());
    } catch (RuntimeException e) {
      trouble.met(e);
    }
  }

  @Override
  public void remove(FileId id) {
    if (trouble.isStuck()) {
      return;
    }
    try {
      map.remove(id.toBytes());
    } catch (RuntimeException e) {
      // A stale entry is harmless: its file is gone, and readers then ask the server.
      trouble.met(e);
    }
  }

  @Override
  public void close() {
    map.close();
  }
}
