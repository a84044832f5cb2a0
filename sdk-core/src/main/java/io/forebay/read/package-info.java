/** The locality ladder: the nearest place that has the bytes. */
package io.forebay.read;
