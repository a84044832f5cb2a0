/**
 * Members in etcd, for clusters without Kubernetes. Each server has a key {@code PREFIX/NAME} on a
 * lease; servers and clients watch all keys below the prefix.
 */
package io.forebay.membership.etcd;
