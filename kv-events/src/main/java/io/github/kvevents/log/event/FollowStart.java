package io.github.kvevents.log.event;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Where a follow begins.
 *
 * @param first the first batch, which may be empty
 * @param behind the entry behind which it resumes, {@code null} from the beginning
 * @param trimmed whether entries may be missing before the first batch
 */
record FollowStart(List<StoredEntry> first, @Nullable StoredEntry behind, boolean trimmed) {

	static FollowStart with(List<StoredEntry> entries) {
		return with(entries, false);
	}

	static FollowStart with(List<StoredEntry> entries, boolean trimmed) {
		return new FollowStart(entries, last(entries), trimmed);
	}

	static FollowStart behind(List<StoredEntry> entries) {
		return new FollowStart(List.of(), last(entries), false);
	}

	private static @Nullable StoredEntry last(List<StoredEntry> entries) {
		return entries.isEmpty() ? null : entries.get(entries.size() - 1);
	}

}
