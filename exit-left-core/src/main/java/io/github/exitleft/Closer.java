package io.github.exitleft;

/** The closing of a stage as the role sees it: queues for the role like a caller, in order to close the resource. */
final class Closer extends Waiter {}
