package io.github.kvevents.store;

import java.util.List;
import java.util.Optional;

import io.github.kvevents.KvPosition;

/**
 * Values of keys of one partition and the end of its log, read atomically.
 *
 * @param values an element for each key in the order asked for, empty if it is absent or
 * no string; fewer than keys if they would have been too large together
 * @param position the position of the last entry: the values reflect exactly the changes
 * up to it. Only a key past its deadline is absent already while the entry of its expiry
 * may follow later
 */
public record LogSnapshot(List<Optional<byte[]>> values, KvPosition position) {
}
