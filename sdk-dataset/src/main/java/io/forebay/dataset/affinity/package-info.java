/**
 * Which nodes of a Kubernetes cluster a pod should run on, by the data sets that it reads. Pure
 * functions of values: nothing here knows a client or a model of Kubernetes.
 */
package io.forebay.dataset.affinity;
