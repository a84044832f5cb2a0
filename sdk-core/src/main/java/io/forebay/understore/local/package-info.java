/** {@code file:} roots. */
package io.forebay.understore.local;
