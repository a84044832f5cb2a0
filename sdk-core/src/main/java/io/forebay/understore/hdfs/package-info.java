/** {@code hdfs://} roots. Needs Hadoop's client on the class path. */
package io.forebay.understore.hdfs;
