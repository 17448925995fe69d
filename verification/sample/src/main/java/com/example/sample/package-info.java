/**
 * An application that is not part of exit-left: what a stranger would write with the starter.
 */
@NullMarked
package com.example.sample;

import org.jspecify.annotations.NullMarked;
