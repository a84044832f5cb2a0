/** Who may do what with a server: signed tokens, and processes of its own machine. */
package io.forebay.server.access;
