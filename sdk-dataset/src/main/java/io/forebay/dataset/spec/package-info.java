/**
 * Data sets, tiers and loads as Fluid's own manifests say them ({@code data.fluid.io/v1alpha1}),
 * read strictly: what is not understood is an error that names file, line and field.
 */
package io.forebay.dataset.spec;
