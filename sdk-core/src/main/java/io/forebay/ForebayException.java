package io.forebay;

/**
 * Marks the exceptions that are Forebay's own, so that a program can tell them from others with one
 * {@code instanceof}. Each is an {@link java.io.IOException} or an {@link
 * IllegalArgumentException}, too. What the JDK has an exception for, such as {@link
 * java.nio.file.NoSuchFileException}, is thrown as that.
 */
public interface ForebayException {}
