package io.forebay.fuse.journal;

/**
 * What a journal holds. Each entry is a state and no change, so the last one of a node counts. An
 * entry names the kernel's request that it was made for: when its reply was lost, the kernel sends
 * the request again.
 */
public interface JournalEntries {

  /**
   * What kernel and bridge agreed on.
   *
   * @param minor version of the protocol
   * @param flags as the one who agreed packs them
   * @param profile of the mount
   */
  void negotiated(int minor, int flags, String profile);

  /**
   * The highest numbers so far.
   *
   * @param node of a node
   * @param backing of a backing file
   */
  void highest(long node, int backing);

  /**
   * A node that the kernel knows.
   *
   * @param status a {@link PackedStatus}
   */
  void node(long id, long request, long lookups, byte[] status);

  /** How often it knows it; 0 when it forgot it. */
  void lookups(long id, long request, long lookups);

  /** How often it has it open, and whether it reads it by itself. */
  void handles(long id, long request, int count, boolean passthrough);

  /**
   * The file that it reads by itself.
   *
   * @param backing number of the file; 0 when it was given back
   */
  void backing(long id, int backing, String file);

  /** A request is about to change names, which cannot be done twice. */
  void changing(long request);
}
