package io.github.exitleft.benchmarks;

/**
 * How much is asked of a contender.
 *
 * @param part the part of the comparison
 * @param callers how many threads ask
 * @param virtual whether they are virtual
 * @param pinned whether both processes share one processor
 * @param rate requests a second of all callers together, begun when they are due; zero for as fast as answers come, and
 *     {@link #HALF} until it is known
 */
record Load(Part part, int callers, boolean virtual, boolean pinned, double rate) {

    /** The parts of the comparison. */
    enum Part {
        /** Ways to share one UDP port. */
        PORT("", "Sharing one port", "reader-timed"),
        /** A stage over that port with and without a keeper. */
        KEEPER("keeper-", "Keeper", Roster.OURS),
        /** A stage over that port whose calls are observed. */
        OBSERVED("observed-", "Observed", Roster.OURS),
        /** Ways to share one TCP connection. */
        TCP("tcp-", "Sharing one TCP connection", "tcp-reader-timed"),
        /** Request and reply over Kafka. */
        KAFKA("kafka-", "Kafka", "kafka-template");

        private final String prefix;
        final String title;

        /** The contender that the others are compared with in tables. */
        final String reference;

        Part(String prefix, String title, String reference) {
            this.prefix = prefix;
            this.title = title;
            this.reference = reference;
        }
    }

    /** Stands for half of what the reference does as fast as answers come. */
    static final double HALF = -1;

    /** A rate so low that a {@linkplain Roster#KEEPER_IDLE keeper} comes between two requests. */
    static final double RARE = 50;

    boolean isOpen() {
        return rate != 0;
    }

    /**
     * Returns how many times longer than usual a round is: with few exchanges a second it needs time for enough of
     * them.
     */
    int slowness() {
        return rate == RARE ? 4 : part == Part.KAFKA ? 2 : 1;
    }

    static Load platform(int callers) {
        return new Load(Part.PORT, callers, false, false, 0);
    }

    static Load onOneProcessor() {
        return new Load(Part.PORT, 1, false, true, 0);
    }

    static Load virtual(int callers) {
        return new Load(Part.PORT, callers, true, false, 0);
    }

    Load open(double newRate) {
        return new Load(part, callers, virtual, pinned, newRate);
    }

    Load in(Part other) {
        return new Load(other, callers, virtual, pinned, rate);
    }

    /** Parses what {@link #id()} returns. */
    static Load parse(String id) {
        for (Part part : Part.values()) {
            if (part != Part.PORT && id.startsWith(part.prefix)) {
                return parse(id.substring(part.prefix.length())).in(part);
            }
        }
        if (id.equals("1p")) {
            return onOneProcessor();
        }
        if (id.endsWith("o")) {
            return parse(id.substring(0, id.length() - 1)).open(HALF);
        }
        if (id.endsWith("r")) {
            return parse(id.substring(0, id.length() - 1)).open(RARE);
        }
        try {
            return id.startsWith("v") ? virtual(Integer.parseInt(id.substring(1))) : platform(Integer.parseInt(id));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "'" + id
                            + "' is no load; use 1p (one caller, one processor), 64 (platform threads), v1000 (virtual ones), 64o (open) or 1r (rare), and keeper-, observed-, tcp- or kafka- before it",
                    e);
        }
    }

    String id() {
        return part.prefix
                + (virtual ? "v" : "")
                + callers
                + (pinned ? "p" : "")
                + (rate == RARE ? "r" : isOpen() ? "o" : "");
    }

    @Override
    public String toString() {
        String threads =
                callers == 1 ? "one caller" : "%,d %s threads".formatted(callers, virtual ? "virtual" : "platform");
        return (part == Part.PORT ? "" : part.title + ", ")
                + threads
                + (pinned ? ", one processor for both sides" : "")
                + (rate > 0 ? ", %,.0f/s".formatted(rate) : "");
    }
}
