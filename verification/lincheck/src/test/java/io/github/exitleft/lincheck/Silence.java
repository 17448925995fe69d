package io.github.exitleft.lincheck;

import java.util.ResourceBundle;

/** Makes loggers that log nothing: a logger is a lot of code to explore, and none of it is the core's. */
public final class Silence extends System.LoggerFinder {

    /** Called by the service loader. */
    public Silence() {}

    @Override
    public System.Logger getLogger(String name, Module module) {
        return new System.Logger() {
            @Override
            public String getName() {
                return name;
            }

            @Override
            public boolean isLoggable(Level level) {
                return false;
            }

            @Override
            public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {}

            @Override
            public void log(Level level, ResourceBundle bundle, String format, Object... parameters) {}
        };
    }
}
