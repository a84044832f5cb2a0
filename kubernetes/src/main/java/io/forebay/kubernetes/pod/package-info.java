/** What a pod knows of itself. */
package io.forebay.kubernetes.pod;
