/**
 * An OSS-protocol server for laptops and tests. The official client talks to it unchanged; it can
 * be as far away, as slow and as faulty as asked for, and it counts what reached it. Requests and
 * errors follow the OSS API reference; objects are addressed by path ({@code /bucket/key}), which
 * is what the client does with an IP address as endpoint.
 */
package io.forebay.samples.oss;
