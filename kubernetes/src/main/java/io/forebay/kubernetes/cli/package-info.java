/** The commands of {@code forebay} that need Kubernetes. */
package io.forebay.kubernetes.cli;
