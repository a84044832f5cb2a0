/** Where the data really lives: the SPI, retries, and one package per implementation. */
package io.forebay.understore;
