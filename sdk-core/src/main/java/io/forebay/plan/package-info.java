/**
 * What is going to be read, as far as jobs have told: who knows the next use of a file need not
 * guess which one to keep.
 */
package io.forebay.plan;
