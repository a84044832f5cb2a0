package io.forebay.node;

import io.forebay.DataSetSpec;
import io.forebay.fill.ReadThrough;
import io.forebay.metadata.Catalog;
import io.forebay.understore.UnderStore;

/** A data set as its node sees it. */
public record NodeDataSet(
    DataSetSpec spec, UnderStore underStore, Catalog catalog, ReadThrough reads) {}
