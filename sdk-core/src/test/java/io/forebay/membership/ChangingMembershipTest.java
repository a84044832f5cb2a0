package io.forebay.membership;

import io.forebay.placement.View;

class ChangingMembershipTest extends MembershipContract {

  private ChangingMembership membership;

  @Override
  Membership open() {
    return open(FIRST);
  }

  @Override
  Membership open(View present) {
    membership = new ChangingMembership(present, () -> {});
    return membership;
  }

  @Override
  void change(View view) {
    membership.change(view);
  }
}
