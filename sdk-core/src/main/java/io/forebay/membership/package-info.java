/**
 * Who is in the cluster: {@link io.forebay.membership.Membership} is a view that changes, {@link
 * io.forebay.membership.MembershipProvider} the SPI for where it comes from.
 */
package io.forebay.membership;
