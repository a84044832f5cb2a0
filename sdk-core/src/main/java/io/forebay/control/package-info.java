/**
 * The side of a data set that Forebay's own modules use: plans, loads, and where files are. No part
 * of the public API; it may change at any time.
 */
package io.forebay.control;
