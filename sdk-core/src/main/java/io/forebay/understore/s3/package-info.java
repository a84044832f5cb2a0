/** {@code s3://} and {@code s3a://} roots. Needs the AWS SDK on the class path. */
package io.forebay.understore.s3;
