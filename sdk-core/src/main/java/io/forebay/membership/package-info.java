/**
 * Who is in the cluster: {@link io.forebay.membership.Membership} is a view that changes, {@link
 * io.forebay.membership.MembershipProvider} the SPI for where it comes from. Other artifacts bring
 * providers that need a library. {@link io.forebay.membership.Memberships} opens them all, and
 * leaves out members that come and go all the time.
 */
package io.forebay.membership;
