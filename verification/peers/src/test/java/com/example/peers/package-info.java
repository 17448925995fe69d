/** What a user sees of a stage that talks to programs which others have written. */
package com.example.peers;
