/** Container images, made without a daemon and without a registry. */
package io.forebay.kubernetes.image;
