/** What operators use: metrics, health, status, and the requests that change what is cached. */
package io.forebay.server.admin;
