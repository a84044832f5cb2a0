/** Values as operators write them: amounts of data, durations, cache policies. */
package io.forebay.config;
