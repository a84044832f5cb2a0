/** Names and places: {@code FileId}, and the two maps that processes of a node share. */
package io.forebay.metadata;
