/**
 * Who stays in the cache and who goes. Training reads each file once an epoch in a new order: then
 * keeping what is there is the optimum, and everything that goes by recency or frequency loses.
 */
package io.forebay.store.retention;
