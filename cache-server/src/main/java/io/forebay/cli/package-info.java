/** The {@code forebay} command. */
package io.forebay.cli;
