/**
 * Programs that public Javadoc shows, and the test that runs them. They are in a package of their own, as a user's are, so that they
 * compile with what is public only.
 */
package io.github.exitleft.examples;
