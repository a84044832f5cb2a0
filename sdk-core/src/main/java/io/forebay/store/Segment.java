package io.forebay.store;

import io.forebay.file.FileId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * Part of the {@link FileTable}: records of 48 bytes off heap, found by open addressing in an array
 * of record numbers. Its monitor guards everything in it, the states of its files included.
 *
 * <p>A file of one block has its checksum in the record; larger ones have a {@link BlockMap} on
 * heap.
 */
final class Segment {

  static final int RECORD_BYTES = 48;
  static final int NOT_FOUND = -1;
  static final int NO_DIRECTORY = -1;

  /** Every block is there. */
  static final int COMPLETE = 1;

  /** Every block was checked since the store was opened. */
  static final int VERIFIED = 2;

  /** Only an explicit drop removes it. */
  static final int PINNED = 4;

  /** A copy to another tier is being made. */
  static final int MOVING = 8;

  /** Was found on disk when every file was looked at. */
  static final int SEEN = 16;

  /** Was fetched ahead of its readers, and not read yet. */
  static final int AHEAD = 32;

  /** Another node owns it: it was copied for the readers of this one, and is the first to go. */
  static final int COPY = 64;

  private static final int HIGH = 0;
  private static final int LOW = 8;
  private static final int LENGTH = 16;
  private static final int LAST_USE = 24;
  private static final int ADMITTED = 28;
  private static final int CRC = 32;
  private static final int STAMP = 36;
  private static final int DATA_SET = 40;
  private static final int DIRECTORY = 42;
  private static final int FLAGS = 43;
  private static final int WRITERS = 44;
  private static final int HEAT = 46;

  /** Of the last use, for an int of hundredths of a second overflows after 248 days. */
  private static final int LAST_USE_HIGH = 47;

  private static final int CHUNK = 1024;

  private final List<ByteBuffer> chunks = new ArrayList<>();
  private final Map<Integer, BlockMap> maps = new HashMap<>();
  private int[] index = new int[64]; // record number + 1, 0 for empty
  private int size;
  private int firstFree = NOT_FOUND;
  private int highest;
  private int stamps;

  int size() {
    return size;
  }

  int find(FileId id) {
    for (int i = home(id.high()); index[i] != 0; i = next(i)) {
      int slot = index[i] - 1;
      if (high(slot) == id.high() && low(slot) == id.low()) {
        return slot;
      }
    }
    return NOT_FOUND;
  }

  /** By the first half of a FileId alone, which retention goes by. */
  int findByKey(long key) {
    for (int i = home(key); index[i] != 0; i = next(i)) {
      if (high(index[i] - 1) == key) {
        return index[i] - 1;
      }
    }
    return NOT_FOUND;
  }

  int insert(FileId id, long length, int dataSet, int blocks, long now, int admittedSeconds) {
    if (4 * (size + 1) > 3 * index.length) {
      grow();
    }
    int slot = allocate();
    ByteBuffer record = record(slot);
    int at = at(slot);
    record.putLong(at + HIGH, id.high());
    record.putLong(at + LOW, id.low());
    record.putLong(at + LENGTH, length);
    lastUse(slot, now);
    record.putInt(at + ADMITTED, admittedSeconds);
    record.putInt(at + CRC, 0);
    record.putInt(at + STAMP, ++stamps == 0 ? ++stamps : stamps);
    record.putShort(at + DATA_SET, (short) dataSet);
    record.put(at + DIRECTORY, (byte) NO_DIRECTORY);
    record.put(at + FLAGS, (byte) 0);
    record.putShort(at + WRITERS, (short) 0);
    record.put(at + HEAT, (byte) 0);
    if (blocks > 1) {
      maps.put(slot, new BlockMap(blocks));
    }
    enter(slot);
    size++;
    return slot;
  }

  void remove(int slot) {
    int i = home(high(slot));
    while (index[i] != slot + 1) {
      i = next(i);
    }
    close(i);
    maps.remove(slot);
    record(slot).putInt(at(slot) + STAMP, 0);
    record(slot).putInt(at(slot) + LAST_USE, firstFree);
    firstFree = slot;
    size--;
  }

  /** Moves later entries of the same run up, so that no entry is cut off from its home. */
  private void close(int hole) {
    index[hole] = 0;
    for (int i = next(hole); index[i] != 0; i = next(i)) {
      int entry = index[i];
      index[i] = 0;
      enter(entry - 1);
    }
  }

  private void enter(int slot) {
    int i = home(high(slot));
    while (index[i] != 0) {
      i = next(i);
    }
    index[i] = slot + 1;
  }

  private void grow() {
    int[] old = index;
    index = new int[old.length * 2];
    for (int entry : old) {
      if (entry != 0) {
        enter(entry - 1);
      }
    }
  }

  private int allocate() {
    if (firstFree != NOT_FOUND) {
      int slot = firstFree;
      firstFree = record(slot).getInt(at(slot) + LAST_USE);
      return slot;
    }
    if (highest == chunks.size() * CHUNK) {
      chunks.add(ByteBuffer.allocateDirect(CHUNK * RECORD_BYTES));
    }
    return highest++;
  }

  /** Record numbers below this may be in use. */
  int bound() {
    return highest;
  }

  void forEach(int from, int to, IntConsumer slots) {
    for (int slot = from; slot < Math.min(to, highest); slot++) {
      if (stamp(slot) != 0) {
        slots.accept(slot);
      }
    }
  }

  boolean isAlive(int slot, int stamp) {
    return slot < highest && stamp(slot) == stamp;
  }

  FileId id(int slot) {
    return new FileId(high(slot), low(slot));
  }

  long high(int slot) {
    return record(slot).getLong(at(slot) + HIGH);
  }

  private long low(int slot) {
    return record(slot).getLong(at(slot) + LOW);
  }

  long length(int slot) {
    return record(slot).getLong(at(slot) + LENGTH);
  }

  int stamp(int slot) {
    return record(slot).getInt(at(slot) + STAMP);
  }

  /** In hundredths of a second since the store was opened. */
  long lastUse(int slot) {
    ByteBuffer record = record(slot);
    int at = at(slot);
    long high = record.get(at + LAST_USE_HIGH);
    return high << Integer.SIZE | Integer.toUnsignedLong(record.getInt(at + LAST_USE));
  }

  private void lastUse(int slot, long time) {
    record(slot).putInt(at(slot) + LAST_USE, (int) time);
    record(slot).put(at(slot) + LAST_USE_HIGH, (byte) (time >> Integer.SIZE));
  }

  /** Notes a read, and that there was one more of them. */
  void use(int slot, long now) {
    lastUse(slot, now);
    int heat = heat(slot);
    if (heat < Byte.MAX_VALUE) {
      record(slot).put(at(slot) + HEAT, (byte) (heat + 1));
    }
  }

  int heat(int slot) {
    return record(slot).get(at(slot) + HEAT);
  }

  void cool(int slot) {
    record(slot).put(at(slot) + HEAT, (byte) (heat(slot) / 2));
  }

  int admittedSeconds(int slot) {
    return record(slot).getInt(at(slot) + ADMITTED);
  }

  int dataSet(int slot) {
    return record(slot).getShort(at(slot) + DATA_SET);
  }

  int directory(int slot) {
    return record(slot).get(at(slot) + DIRECTORY);
  }

  void directory(int slot, int directory) {
    record(slot).put(at(slot) + DIRECTORY, (byte) directory);
  }

  boolean is(int slot, int flag) {
    return (record(slot).get(at(slot) + FLAGS) & flag) != 0;
  }

  void set(int slot, int flag, boolean value) {
    int flags = record(slot).get(at(slot) + FLAGS);
    record(slot).put(at(slot) + FLAGS, (byte) (value ? flags | flag : flags & ~flag));
  }

  int writers(int slot) {
    return record(slot).getShort(at(slot) + WRITERS);
  }

  void addWriters(int slot, int change) {
    record(slot).putShort(at(slot) + WRITERS, (short) (writers(slot) + change));
  }

  boolean isPresent(int slot, int block) {
    BlockMap map = maps.get(slot);
    return map == null ? is(slot, COMPLETE) : map.present.get(block);
  }

  boolean isVerified(int slot, int block) {
    BlockMap map = maps.get(slot);
    return map == null ? is(slot, VERIFIED) : map.verified.get(block);
  }

  boolean isEmpty(int slot) {
    BlockMap map = maps.get(slot);
    return map == null ? !is(slot, COMPLETE) : map.present.isEmpty();
  }

  int crc(int slot, int block) {
    BlockMap map = maps.get(slot);
    return map == null ? record(slot).getInt(at(slot) + CRC) : map.crcs[block];
  }

  /** Makes a block present, verified or not. */
  void addBlock(int slot, int block, int crc) {
    BlockMap map = maps.get(slot);
    if (map == null) {
      record(slot).putInt(at(slot) + CRC, crc);
      set(slot, COMPLETE, true);
    } else {
      map.crcs[block] = crc;
      map.present.set(block);
      set(slot, COMPLETE, map.present.cardinality() == map.crcs.length);
    }
  }

  void verified(int slot, int block) {
    BlockMap map = maps.get(slot);
    if (map == null) {
      set(slot, VERIFIED, true);
    } else {
      map.verified.set(block);
      set(slot, VERIFIED, map.verified.cardinality() == map.crcs.length);
    }
  }

  /** Every block is to be checked again before it is served. */
  void unverified(int slot) {
    BlockMap map = maps.get(slot);
    if (map != null) {
      map.verified.clear();
    }
    set(slot, VERIFIED, false);
  }

  void removeBlock(int slot, int block) {
    BlockMap map = maps.get(slot);
    if (map != null) {
      map.present.clear(block);
      map.verified.clear(block);
    }
    set(slot, COMPLETE, false);
    set(slot, VERIFIED, false);
  }

  /** Bytes on disk. */
  long allocated(int slot, Blocks blocks) {
    BlockMap map = maps.get(slot);
    if (map == null) {
      return is(slot, COMPLETE) ? blocks.allocated(0) : 0;
    }
    return map.present.stream().mapToLong(blocks::allocated).sum();
  }

  private ByteBuffer record(int slot) {
    return chunks.get(slot / CHUNK);
  }

  private static int at(int slot) {
    return slot % CHUNK * RECORD_BYTES;
  }

  // FileIds are hashes: their bits are as good as any. The table used the highest ones.
  private int home(long key) {
    return (int) key & (index.length - 1);
  }

  private int next(int i) {
    return (i + 1) & (index.length - 1);
  }
}
