/**
 * What operators declare and readers name: where a data set lives, which secrets open it, how it is
 * cached, how old its names may be, and its snapshots' names. Values only; nothing here opens or
 * reads anything but a secret.
 */
package io.forebay.spec;
