/**
 * What the pages in {@code docs/} show, compiled: each Java block of a page stands word
 * for word in one of these classes.
 */
package io.github.kvevents.docs;
