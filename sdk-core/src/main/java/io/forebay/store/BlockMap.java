package io.forebay.store;

import java.util.BitSet;

/** Which blocks of a file of several are there, which were verified, and their checksums. */
final class BlockMap {

  final BitSet present = new BitSet();
  final BitSet verified = new BitSet();
  final int[] crcs;

  BlockMap(int blocks) {
    crcs = new int[blocks];
  }
}
