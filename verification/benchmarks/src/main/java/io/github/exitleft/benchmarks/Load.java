package io.github.exitleft.benchmarks;

/**
 * How much is asked of a contender.
 *
 * @param callers how many threads ask
 * @param virtual whether they are virtual
 * @param pinned whether both processes share one processor
 * @param rate requests a second of all of them together, begun when they are due; zero for as fast as answers come, and
 *     {@link #HALF} until it is known
 */
record Load(int callers, boolean virtual, boolean pinned, double rate) {

    /** Half of what the reference does as fast as answers come. */
    static final double HALF = -1;

    boolean isOpen() {
        return rate != 0;
    }

    static Load platform(int callers) {
        return new Load(callers, false, false, 0);
    }

    static Load onOneProcessor() {
        return new Load(1, false, true, 0);
    }

    static Load virtual(int callers) {
        return new Load(callers, true, false, 0);
    }

    Load open(double newRate) {
        return new Load(callers, virtual, pinned, newRate);
    }

    /** Reads what {@link #id()} writes. */
    static Load parse(String id) {
        if (id.equals("1p")) {
            return onOneProcessor();
        }
        if (id.endsWith("o")) {
            return parse(id.substring(0, id.length() - 1)).open(HALF);
        }
        try {
            return id.startsWith("v") ? virtual(Integer.parseInt(id.substring(1))) : platform(Integer.parseInt(id));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "'" + id
                            + "' is no load; use 1p (one caller, one processor), 64 (platform threads), v1000 (virtual ones), or 64o (open)",
                    e);
        }
    }

    String id() {
        return (virtual ? "v" : "") + callers + (pinned ? "p" : "") + (isOpen() ? "o" : "");
    }

    @Override
    public String toString() {
        String threads =
                callers == 1 ? "one caller" : "%,d %s threads".formatted(callers, virtual ? "virtual" : "platform");
        return threads
                + (pinned ? ", one processor for both sides" : "")
                + (rate > 0 ? ", %,.0f/s".formatted(rate) : "");
    }
}
