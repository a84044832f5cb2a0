/** Labels that servers keep on their nodes, by which pods find their data. */
package io.forebay.kubernetes.labels;
