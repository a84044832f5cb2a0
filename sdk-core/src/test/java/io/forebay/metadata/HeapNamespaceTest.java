package io.forebay.metadata;

class HeapNamespaceTest extends NamespaceContract {

  @Override
  Namespace create() {
    return new HeapNamespace(100_000);
  }
}
