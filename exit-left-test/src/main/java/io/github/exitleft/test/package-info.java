/**
 * For tests of applications and of sources.
 *
 * <p>{@link io.github.exitleft.test.SourceContractTests} shows that a source of one's own keeps the contract of {@link
 * io.github.exitleft.Source}. {@link io.github.exitleft.test.QueueSource} stands in for a network, {@link
 * io.github.exitleft.test.ScriptedPeer} for a peer, and {@link io.github.exitleft.test.SteerableClock} moves the time of a stage by hand.
 * {@link io.github.exitleft.test.StageAssert} needs AssertJ.
 */
@NullMarked
package io.github.exitleft.test;

import org.jspecify.annotations.NullMarked;
