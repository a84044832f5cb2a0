/**
 * What operators declare: where a data set lives, which secrets open it, how it is cached and how
 * old its names may be. Values only; nothing here opens or reads anything but a secret.
 */
package io.forebay.spec;
