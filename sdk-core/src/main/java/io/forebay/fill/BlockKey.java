package io.forebay.fill;

import io.forebay.file.FileId;

/** A block of a file's version. */
record BlockKey(FileId file, int block) {}
