package io.forebay.store;

import io.forebay.limit.Descriptors;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Keeps the most recently read tier files open: opening and closing costs several times what
 * reading a small file does. A channel that is put aside is closed when its last reader is done.
 * Thread-safe.
 */
final class OpenFiles {

  /** As far as the process may have so many open; the JVM raises its limit to the hard one. */
  private static final int MOST = Descriptors.forKeptFiles(2048);

  private final Map<ResidentFile, SharedChannel> byFile = new LinkedHashMap<>(16, 0.75f, true);

  /** An open file and the number of its readers. */
  private static final class SharedChannel {
    private final FileChannel channel;
    private int readers;
    private boolean aside;

    SharedChannel(FileChannel channel) {
      this.channel = channel;
    }
  }

  /** A reader's hold on an open file, to be closed once. */
  private final class Hold implements TierChannel {

    private final SharedChannel shared;

    Hold(SharedChannel shared) {
      this.shared = shared;
    }

    @Override
    public FileChannel channel() {
      return shared.channel;
    }

    @Override
    public void close() {
      release(shared);
    }
  }

  /**
   * Opens a file, or joins those who have it open.
   *
   * @throws IOException also when the file was dropped: its name may belong to a successor that is
   *     still being written, and must not be read in its place
   */
  TierChannel open(ResidentFile file) throws IOException {
    synchronized (this) {
      refuseDropped(file);
      SharedChannel open = byFile.get(file);
      // An interrupt of another reader may have closed it.
      if (open != null && open.channel.isOpen()) {
        open.readers++;
        return new Hold(open);
      }
    }
    SharedChannel fresh = new SharedChannel(opened(file::openForReading));
    fresh.readers = 1;
    synchronized (this) {
      // What is found alive after the opening is the file that was meant.
      try {
        refuseDropped(file);
      } catch (IOException e) {
        fresh.channel.close();
        throw e;
      }
      putAside(byFile.put(file, fresh));
      if (byFile.size() > MOST) {
        Iterator<SharedChannel> eldest = byFile.values().iterator();
        putAside(eldest.next());
        eldest.remove();
      }
    }
    return new Hold(fresh);
  }

  /** Something that needs a descriptor. */
  interface Opening {
    FileChannel open() throws IOException;
  }

  /** Opens something; without descriptors for it the files that nobody reads are closed first. */
  FileChannel opened(Opening opening) throws IOException {
    try {
      return opening.open();
    } catch (IOException e) {
      if (!Descriptors.isExhaustion(e)) {
        throw e;
      }
      closeUnused();
      return opening.open();
    }
  }

  /** Gives back the descriptors of files that nobody reads at the moment. */
  synchronized void closeUnused() {
    byFile
        .values()
        .removeIf(
            open -> {
              boolean unused = open.readers == 0;
              if (unused) {
                putAside(open);
              }
              return unused;
            });
  }

  private static void refuseDropped(ResidentFile file) throws IOException {
    if (file.isGone()) {
      throw new IOException("the file was dropped from the store");
    }
  }

  /** Nobody is to join the readers of this file any more. */
  synchronized void forget(ResidentFile file) {
    putAside(byFile.remove(file));
  }

  synchronized void closeAll() {
    byFile.values().forEach(this::putAside);
    byFile.clear();
  }

  private synchronized void release(SharedChannel shared) {
    shared.readers--;
    closeIfUnused(shared);
  }

  private void putAside(SharedChannel shared) {
    if (shared != null) {
      shared.aside = true;
      closeIfUnused(shared);
    }
  }

  private static void closeIfUnused(SharedChannel shared) {
    if (shared.aside && shared.readers == 0) {
      try {
        shared.channel.close();
      } catch (IOException e) {
        // It was only read from.
      }
    }
  }
}
