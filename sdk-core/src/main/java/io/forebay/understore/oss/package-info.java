/** {@code oss://} roots on Alibaba Cloud's official client. */
package io.forebay.understore.oss;
