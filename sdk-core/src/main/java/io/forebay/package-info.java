/**
 * What a trainer imports. {@link io.forebay.Forebay} opens data sets, {@link io.forebay.DataSet}
 * lists and reads them.
 *
 * <p>This package imports no other one of Forebay. The packages below it are the implementation and
 * may change; the exceptions are the under-store SPI ({@code io.forebay.understore}) with the
 * values that it takes, which is open to implementations of others.
 */
package io.forebay;
