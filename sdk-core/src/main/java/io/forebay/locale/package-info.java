/** What a JVM makes of the locale that it is started in. */
package io.forebay.locale;
