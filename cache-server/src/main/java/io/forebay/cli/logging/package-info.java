/** How the command logs: format, level, and a limit for what repeats. */
package io.forebay.cli.logging;
