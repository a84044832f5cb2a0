/**
 * {@code http:} and {@code https:} roots, as web servers list them. Needs jsoup on the class path.
 */
package io.forebay.understore.http;
