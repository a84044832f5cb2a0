/** Data sets in the form of one directory for each class. */
package io.forebay.dataset.folder;
