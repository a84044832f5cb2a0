/** Which of several processes does what only one is to do. */
package io.forebay.kubernetes.lease;
