/**
 * Data sets as {@link java.nio.file.FileSystem}s, for libraries that know nothing but {@link
 * java.nio.file.Path}.
 */
package io.forebay.dataset.nio;
