package io.github.kvevents.store;

import java.util.List;
import java.util.Optional;

import io.github.kvevents.KvPosition;

/**
 * Values of keys of one partition, and how far its log was, at one moment.
 *
 * @param values an element for each key in the order asked for, empty if it is absent or
 * no string; fewer than keys if they would have been too large together
 * @param position the place of the last entry that was added before: each change up to it
 * is in these values, and none behind it. Only a key whose time has ended is absent
 * already while its expiry may come behind
 */
public record LogSnapshot(List<Optional<byte[]>> values, KvPosition position) {
}
