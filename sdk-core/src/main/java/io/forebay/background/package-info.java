/** Work that nobody waits for, and what is known of its failures. */
package io.forebay.background;
