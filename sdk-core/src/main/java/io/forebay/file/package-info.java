/**
 * What a file is to the cache: the rules for its path, its version, and the id that names that
 * version everywhere.
 */
package io.forebay.file;
