package io.forebay.fuse.fs;

import java.util.Arrays;

/**
 * Nodes by number. Numbers grow and are used once, so neighbours in number are neighbours in age,
 * and share a page that is given up with the last of them. Not thread-safe.
 */
final class NodeTable {

  private static final int SHIFT = 8;
  private static final int PAGE = 1 << SHIFT;

  private static final class Page {
    final Inode[] nodes = new Inode[PAGE];
    int count;
  }

  private Page[] pages = new Page[16];
  private int count;

  /** The node, or null. */
  Inode get(long id) {
    Page page = page(id);
    return page == null ? null : page.nodes[slot(id)];
  }

  /** A node whose number is not there. */
  void add(Inode node) {
    int index = Math.toIntExact(node.id() >>> SHIFT);
    if (index >= pages.length) {
      pages = Arrays.copyOf(pages, Math.max(index + 1, pages.length * 2));
    }
    if (pages[index] == null) {
      pages[index] = new Page();
    }
    pages[index].nodes[slot(node.id())] = node;
    pages[index].count++;
    count++;
  }

  /** A node that is there. */
  void remove(Inode node) {
    Page page = page(node.id());
    page.nodes[slot(node.id())] = null;
    count--;
    if (--page.count == 0) {
      pages[Math.toIntExact(node.id() >>> SHIFT)] = null;
    }
  }

  int size() {
    return count;
  }

  /** The node with the lowest number above another one, or null. */
  Inode after(long id) {
    for (long next = id + 1; next >>> SHIFT < pages.length; next++) {
      Page page = page(next);
      if (page == null) {
        next |= PAGE - 1;
      } else if (page.nodes[slot(next)] != null) {
        return page.nodes[slot(next)];
      }
    }
    return null;
  }

  private Page page(long id) {
    long index = id >>> SHIFT;
    return index < pages.length ? pages[(int) index] : null;
  }

  private static int slot(long id) {
    return (int) id & (PAGE - 1);
  }
}
