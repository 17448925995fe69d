/** What an application does with stages besides calling them; docs/recipes.md quotes this code. */
package com.example.recipes;
