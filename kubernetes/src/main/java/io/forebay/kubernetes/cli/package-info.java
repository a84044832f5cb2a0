/**
 * Commands of {@code forebay} on Kubernetes, found by the command through {@code ServiceLoader}.
 */
package io.forebay.kubernetes.cli;
