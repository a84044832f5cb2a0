/**
 * The kernel's FUSE protocol, spoken directly over {@code /dev/fuse}: no library, no JNI. Numbers
 * and layouts are those of the kernel's {@code include/uapi/linux/fuse.h}; versions 7.31 to 7.45
 * are understood. The buffers are used again for every request.
 */
package io.forebay.fuse.protocol;
