/**
 * Forebay as a cache runtime of Fluid: its workers are servers, its clients are mounts. Fluid tells
 * them what to do by environment variables and the file {@code runtime.json}.
 *
 * @see <a href="https://github.com/fluid-cloudnative/fluid">Fluid</a>
 */
package io.forebay.kubernetes.fluid;
