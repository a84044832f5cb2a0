/** Loads that run inside the server: started, watched, cancelled, repeated, resumed. */
package io.forebay.server.load;
