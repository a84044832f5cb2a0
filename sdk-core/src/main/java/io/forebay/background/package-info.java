/** Work that nobody waits for, what is known of its failures, and which data set it is for. */
package io.forebay.background;
