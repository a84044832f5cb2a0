/** Members that the endpoints of a Kubernetes service are. */
package io.forebay.kubernetes.membership;
