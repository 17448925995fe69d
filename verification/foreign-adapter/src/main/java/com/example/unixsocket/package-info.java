/**
 * A {@code source.type} that is not part of exit-left: what an author of an adapter would write, with its public API alone.
 */
@NullMarked
package com.example.unixsocket;

import org.jspecify.annotations.NullMarked;
