/**
 * What a trainer imports. {@link io.forebay.Forebay} opens data sets, {@link io.forebay.DataSet}
 * lists and reads them.
 *
 * <p>The packages below this one are the implementation and may change; the exceptions are the
 * under-store SPI ({@code io.forebay.understore}), which is open to implementations of others.
 */
package io.forebay;
