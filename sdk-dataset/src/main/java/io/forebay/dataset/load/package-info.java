/** Warm-up: makes files resident before anybody reads them. */
package io.forebay.dataset.load;
