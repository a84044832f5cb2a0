/**
 * Fluid's manifests on a cluster without Fluid: an operator makes the objects of data sets that
 * Fluid's controllers make, from the same templates, so that the same pods run ({@link
 * io.forebay.kubernetes.fluid}).
 */
package io.forebay.kubernetes.operator;
