package io.github.exitleft;

import org.jspecify.annotations.Nullable;

/** Asks a source for another connection, by which tokens are free, when too many rest for answers that may never come (M11). */
final class Renewals<T> {

    private final RestRule rest;
    private final @Nullable Carriers carriers;
    private final BareStage<T, ?, ?> bare;
    private final @Nullable TokenSupply<T> issued;
    private final TokenMemory<T, ?> memory;
    private final AsyncWaits asyncWaits;
    private final KeeperThread<T, ?> keeper;

    Renewals(
            RestRule rest,
            @Nullable Carriers carriers,
            BareStage<T, ?, ?> bare,
            @Nullable TokenSupply<T> issued,
            TokenMemory<T, ?> memory,
            AsyncWaits asyncWaits,
            KeeperThread<T, ?> keeper) {
        this.rest = rest;
        this.carriers = carriers;
        this.bare = bare;
        this.issued = issued;
        this.memory = memory;
        this.asyncWaits = asyncWaits;
        this.keeper = keeper;
    }

    /** Asks if too many rest; called when one more does. */
    void renewIfTooManyRest(Source<?> source) {
        int most = issued == null ? rest.most() : issued.mostResting(rest.most());
        boolean looksAgain = true;
        while (looksAgain) {
            // first: a source that has lost a connection meanwhile is not asked for what that has brought about
            RestRule.Told told = rest.told();
            int resting = memory.resting() + (issued == null ? 0 : issued.resting());
            Carriers.Carrier picked = null;
            if (resting > most && carriers != null) {
                picked = carriers.pickForRenewal(told.losses());
            }
            looksAgain = resting > most && !rest.tells(told);
            if (resting > most && !looksAgain) {
                renew(source, picked, told, resting, most);
            }
        }
    }

    private void renew(Source<?> source, Carriers.@Nullable Carrier picked, RestRule.Told told, int resting, int most) {
        bare.help(() -> source.renew(
                picked,
                told.answerableSince(),
                resting + " tokens of " + bare + " rest until they are answered, more than the " + most
                        + " of tokens.rest-most (StageBuilder.restUntilAnswered)"));
        asyncWaits.awaitRenewal(() -> rest.tells(told));
        keeper.attend();
    }
}
