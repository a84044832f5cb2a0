/** Mounts a data set, and takes the mount away. */
package io.forebay.fuse.mount;
