package io.github.exitleft.spring.boot.autoconfigure.observation;

import io.github.exitleft.Outcome;
import io.github.exitleft.spring.boot.autoconfigure.observation.StageCallObservationDocumentation.HighCardinalityKeyNames;
import io.github.exitleft.spring.boot.autoconfigure.observation.StageCallObservationDocumentation.LowCardinalityKeyNames;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The {@link StageCallObservationConvention} that is used unless there is a bean of that type. */
public class DefaultStageCallObservationConvention implements StageCallObservationConvention {

    private final boolean showToken;

    /**
     * Creates the convention.
     *
     * @param showToken whether observations have the token
     */
    public DefaultStageCallObservationConvention(boolean showToken) {
        this.showToken = showToken;
    }

    @Override
    public String getContextualName(StageCallObservationContext context) {
        return context.getStage() + " call";
    }

    @Override
    public KeyValues getLowCardinalityKeyValues(StageCallObservationContext context) {
        return KeyValues.of(
                LowCardinalityKeyNames.STAGE.withValue(context.getStage()),
                LowCardinalityKeyNames.SOURCE_TYPE.withValue(context.getSourceType()),
                LowCardinalityKeyNames.CALL_KIND.withValue(value(context.getKind())),
                LowCardinalityKeyNames.EXIT.withValue(exit(context)));
    }

    private static String exit(StageCallObservationContext context) {
        if (!context.isEnded()) {
            return KeyValue.NONE_VALUE;
        }
        Outcome exit = context.getExit();
        return exit == null ? "refused" : value(exit);
    }

    @Override
    public KeyValues getHighCardinalityKeyValues(StageCallObservationContext context) {
        Object token = context.getToken();
        return this.showToken && token != null
                ? KeyValues.of(HighCardinalityKeyNames.TOKEN.withValue(text(token)))
                : KeyValues.empty();
    }

    private static String text(Object token) {
        if (token instanceof ByteBuffer buffer) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.duplicate().get(bytes);
            return HexFormat.of().formatHex(bytes);
        }
        @Nullable String text = token.toString();
        return text == null ? "null" : text;
    }

    private static String value(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
