/** Data sets for DJL's trainer. */
package io.forebay.djl;
