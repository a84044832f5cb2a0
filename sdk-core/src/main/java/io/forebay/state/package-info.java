/** What a process keeps in small files for its next start. */
package io.forebay.state;
