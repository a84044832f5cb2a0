package io.forebay.membership;

import io.forebay.placement.View;

class ChangingMembershipTest extends MembershipContract {

  private ChangingMembership membership;

  @Override
  protected Membership open() {
    return open(first());
  }

  @Override
  protected Membership open(View present) {
    membership = new ChangingMembership(present, () -> {}, () -> {});
    return membership;
  }

  @Override
  protected void change(View view) {
    membership.change(view);
  }
}
