/** Makes persistent volumes for claims of Forebay's storage classes, and deletes them again. */
package io.forebay.kubernetes.provision;
