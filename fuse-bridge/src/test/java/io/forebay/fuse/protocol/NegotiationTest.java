package io.forebay.fuse.protocol;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/** What is agreed on with kernels of several ages. */
class NegotiationTest {

  private static final int HEADER = 40;
  private static final int NO_OPEN_SUPPORT = 1 << 17;
  private static final int INIT_EXT = 1 << 30;
  private static final int PASSTHROUGH = 1 << 5;
  private static final int RESEND = 1 << 7;

  private final Arena arena = Arena.ofAuto();
  private final MemorySegment bytes = arena.allocate(256);
  private final Request request = new Request(bytes);
  private final Reply reply = new Reply(arena.allocate(256));

  private Capabilities negotiate(int major, int minor, int flags, int flags2) throws IOException {
    bytes.set(JAVA_INT_UNALIGNED, 0, HEADER + 64);
    bytes.set(JAVA_INT_UNALIGNED, 4, Opcode.INIT);
    bytes.set(JAVA_INT_UNALIGNED, HEADER, major);
    bytes.set(JAVA_INT_UNALIGNED, HEADER + 4, minor);
    bytes.set(JAVA_INT_UNALIGNED, HEADER + 8, 131_072);
    bytes.set(JAVA_INT_UNALIGNED, HEADER + 12, flags);
    bytes.set(JAVA_INT_UNALIGNED, HEADER + 16, flags2);
    assertThat(request.take(HEADER + 64)).isTrue();
    reply.clear();
    return Capabilities.negotiate(request, reply);
  }

  @Test
  void aPresentKernelReadsCachedFilesByItself() throws IOException {
    Capabilities agreed = negotiate(7, 45, NO_OPEN_SUPPORT | INIT_EXT, PASSTHROUGH | RESEND);
    assertThat(agreed).isEqualTo(new Capabilities(45, true, true, true));
    assertThat(agreed.epochs()).isTrue();
    assertThat(reply.longAt(32) & 0xffffffffL).isEqualTo(PASSTHROUGH | RESEND);
    assertThat(reply.longAt(36) & 0xffffffffL).as("depth of the stack").isOne();
  }

  @Test
  void anOldKernelIsServedWithWhatItKnows() throws IOException {
    // What stands where newer kernels have their second flags means nothing.
    Capabilities agreed = negotiate(7, 31, NO_OPEN_SUPPORT, -1);
    assertThat(agreed).isEqualTo(new Capabilities(31, true, false, false));
    assertThat(agreed.epochs()).isFalse();
    assertThat(reply.longAt(32) & 0xffffffffL).isZero();
  }

  @Test
  void aFutureMinorVersionIsSpokenAsOurs() throws IOException {
    assertThat(negotiate(7, 99, 0, 0).minor()).isEqualTo(45);
  }

  @Test
  void aFutureMajorVersionIsAskedToComeDown() throws IOException {
    negotiate(8, 0, 0, 0);
    assertThat(Capabilities.isUnderstood(request)).isFalse();
    assertThat(reply.longAt(0) & 0xffffffffL).isEqualTo(7);
  }

  @Test
  void aKernelThatIsTooOldIsNamed() {
    assertThatThrownBy(() -> negotiate(7, 30, 0, 0)).hasMessageContaining("7.30");
  }
}
