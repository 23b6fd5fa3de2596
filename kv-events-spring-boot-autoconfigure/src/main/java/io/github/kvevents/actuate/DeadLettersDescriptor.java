package io.github.kvevents.actuate;

import java.time.Instant;
import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.util.Assert;

import io.github.kvevents.KvEventType;
import io.github.kvevents.listener.KvDeadLetter;
import io.github.kvevents.listener.KvDeadLetters;
import io.github.kvevents.listener.KvSubscription;

/**
 * A page of the dead letters of a listener. Each field is always present.
 *
 * @param listener the listener's id
 * @param count how many dead letters it has
 * @param letters those of the page, the oldest first
 * @param next the id after which the next page begins, {@code null} if there is none
 */
@JsonInclude(Include.ALWAYS)
public record DeadLettersDescriptor(String listener, long count, List<DeadLetterDescriptor> letters,
		@Nullable String next) implements OperationResponseBody {

	static final int DEFAULT_LIMIT = 100;

	static final int MAX_LIMIT = 1000;

	/**
	 * Reads a page.
	 * @throws InvalidEndpointRequestException if there can be no such page
	 */
	static List<KvDeadLetter> read(KvSubscription subscription, @Nullable String after, @Nullable Integer limit) {
		int most = (limit != null) ? limit : DEFAULT_LIMIT;
		try {
			Assert.isTrue(most >= 1 && most <= MAX_LIMIT, () -> "'limit' must be from 1 to 1000 but was " + most);
			KvDeadLetters letters = subscription.getDeadLetters();
			return (after != null) ? letters.listAfter(after, most) : letters.list(most);
		}
		catch (IllegalArgumentException ex) {
			String reason = String.valueOf(ex.getMessage());
			throw new InvalidEndpointRequestException(reason, reason);
		}
	}

	static DeadLettersDescriptor of(KvSubscription subscription, List<KvDeadLetter> letters, boolean withKeys) {
		return new DeadLettersDescriptor(subscription.getId(), subscription.getDeadLetters().count(),
				letters.stream().map((letter) -> DeadLetterDescriptor.of(letter, withKeys, withKeys)).toList(),
				next(subscription, letters));
	}

	static @Nullable String next(KvSubscription subscription, List<KvDeadLetter> letters) {
		if (letters.isEmpty()) {
			return null;
		}
		String last = letters.get(letters.size() - 1).id();
		return subscription.getDeadLetters().listAfter(last, 1).isEmpty() ? null : last;
	}

	/**
	 * One dead letter. Each field is always present.
	 *
	 * @param id its id among those of its listener
	 * @param position the position of the event in the change log
	 * @param type the operation that the event is of
	 * @param error the class of the last error
	 * @param attempts how often the event was tried
	 * @param failedAt when it became a dead letter, or failed again
	 * @param key the key, {@code null} unless it may be shown
	 * @param message the message of the last error, which may contain a value,
	 * {@code null} unless it may be shown
	 */
	@JsonInclude(Include.ALWAYS)
	public record DeadLetterDescriptor(String id, String position, KvEventType type, String error, int attempts,
			Instant failedAt, @Nullable String key, @Nullable String message) {

		static DeadLetterDescriptor of(KvDeadLetter letter, boolean withKey, boolean withMessage) {
			return new DeadLetterDescriptor(letter.id(), letter.position().toString(), letter.event().getType(),
					letter.error(), letter.attempts(), letter.failedAt(), withKey ? letter.event().getKey() : null,
					withMessage ? letter.message() : null);
		}

	}

}
