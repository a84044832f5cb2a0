/** TLS for connections between clients and servers: PEM files, and contexts that follow them. */
package io.forebay.tls;
