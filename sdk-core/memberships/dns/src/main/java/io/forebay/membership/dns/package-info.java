/** Members in DNS: a name with the servers' addresses, or with SRV records of servers. */
package io.forebay.membership.dns;
