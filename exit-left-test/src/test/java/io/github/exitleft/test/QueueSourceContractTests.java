package io.github.exitleft.test;

import io.github.exitleft.Source;

// @start region="example"
/** The contract of every source, kept by the one in memory. */
class QueueSourceContractTests extends SourceContractTests<Integer> {

    @Override
    protected Source<Integer> open() {
        return new QueueSource<>();
    }

    @Override
    protected void deliver(Source<Integer> source, int token) {
        ((QueueSource<Integer>) source).add(token);
    }

    @Override
    protected int token(Integer message) {
        return message;
    }
}
// @end
