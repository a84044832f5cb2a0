/** Which server holds which file. */
package io.forebay.placement;
