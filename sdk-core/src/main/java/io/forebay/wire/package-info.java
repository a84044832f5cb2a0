/** The protocol between clients and servers: frames, messages, the client's connections. */
package io.forebay.wire;
