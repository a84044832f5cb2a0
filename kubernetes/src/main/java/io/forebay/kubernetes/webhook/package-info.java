/**
 * The admission webhook: the API server sends each new pod that may read a data set, and gets the
 * pod's node affinity back. {@link io.forebay.kubernetes.webhook.Webhook} runs it.
 *
 * <p>Assumptions: the API server waits a second at most and admits the pod unchanged if it gets no
 * answer, so nothing here may be needed for a pod to run. A request is answered from memory.
 */
package io.forebay.kubernetes.webhook;
