package io.github.kvevents.actuate;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

import io.github.kvevents.actuate.DeadLettersDescriptor.DeadLetterDescriptor;
import io.github.kvevents.actuate.KvExpiryEndpoint.ExpiryDescriptor;
import io.github.kvevents.actuate.KvHooksEndpoint.HookDescriptor;
import io.github.kvevents.actuate.KvHooksEndpoint.HookTotalsDescriptor;
import io.github.kvevents.actuate.KvHooksEndpoint.HooksDescriptor;
import io.github.kvevents.actuate.KvListenersEndpoint.ListenerDescriptor;
import io.github.kvevents.actuate.LatenessSeries.LatenessSlot;
import io.github.kvevents.listener.KvDeadLetter;
import io.github.kvevents.listener.KvSubscription;

/**
 * What the console gets page by page, so that it stays quick with very many hooks,
 * listeners and dead letters.
 */
final class ConsolePages {

	static final int MAX_LIMIT = 100;

	private static final int VALUE_LENGTH = 2000;

	private ConsolePages() {
	}

	static HooksPage hooks(HooksDescriptor all, PageRequest request) {
		List<HookDescriptor> hooks = all.hooks()
			.stream()
			.filter((hook) -> request.matches(hook.id()) || request.matches(hook.filter()))
			.toList();
		Comparator<HookDescriptor> order = order(request.sort());
		List<HookDescriptor> sorted = (order != null) ? hooks.stream().sorted(order).toList() : hooks;
		return new HooksPage(hooks.size(), request.offset(), request.page(sorted), all.totals());
	}

	private static @Nullable Comparator<HookDescriptor> order(@Nullable String sort) {
		return switch ((sort != null) ? sort : "") {
			case "problems" ->
				descending((hook) -> hook.stats().failures() + hook.stats().timeouts() + hook.stats().dropped());
			case "slowest" -> descending((hook) -> hook.stats().maxMillis());
			case "calls" -> descending((hook) -> hook.stats().invocations());
			default -> null;
		};
	}

	private static Comparator<HookDescriptor> descending(ToDoubleFunction<HookDescriptor> figure) {
		return Comparator.comparingDouble(figure).reversed();
	}

	static ListenersPage listeners(KvListenersEndpoint endpoint, PageRequest request) {
		Collection<KvSubscription> all = endpoint.registry().all();
		List<KvSubscription> matching = all.stream()
			.filter((subscription) -> request.matches(subscription.getId()))
			.toList();
		return new ListenersPage(all.size(), matching.size(), request.offset(),
				endpoint.describe(request.page(matching)));
	}

	static LettersPage letters(KvSubscription subscription, @Nullable String after, int limit, KeyMask mask,
			boolean withKeys, boolean withValues) {
		List<KvDeadLetter> letters = DeadLettersDescriptor.read(subscription, after, limit);
		return new LettersPage(subscription.getId(), subscription.getDeadLetters().count(),
				DeadLettersDescriptor.next(subscription, letters),
				letters.stream().map((letter) -> LetterDescriptor.of(letter, mask, withKeys, withValues)).toList());
	}

	/**
	 * Which page.
	 *
	 * @param query what an id or a filter contains, {@code null} for all
	 * @param sort the order
	 * @param offset how many are in front of it
	 * @param limit how many it has
	 */
	record PageRequest(@Nullable String query, @Nullable String sort, int offset, int limit) {

		static PageRequest of(@Nullable String query, @Nullable String sort, @Nullable Integer offset,
				@Nullable Integer limit) {
			return new PageRequest((query != null) ? query.strip().toLowerCase(Locale.ROOT) : null, sort,
					(offset != null) ? Math.max(0, offset) : 0, limit(limit));
		}

		static int limit(@Nullable Integer limit) {
			return (limit != null) ? Math.max(1, Math.min(MAX_LIMIT, limit)) : MAX_LIMIT;
		}

		boolean matches(@Nullable String text) {
			return this.query == null || (text != null && text.toLowerCase(Locale.ROOT).contains(this.query));
		}

		<T> List<T> page(List<T> all) {
			return all.stream().skip(this.offset).limit(this.limit).toList();
		}

	}

	/**
	 * What the console may do.
	 *
	 * @param instance the id of this instance
	 * @param parts the parts that there are
	 * @param writable those of them whose actions are permitted
	 * @param keys whether keys are shown
	 * @param values whether values are shown
	 */
	record StateDescriptor(String instance, List<String> parts, Collection<String> writable, boolean keys,
			boolean values) implements OperationResponseBody {
	}

	/**
	 * A page of hooks.
	 *
	 * @param matching how many match the query
	 * @param offset how many of these are in front of the page
	 * @param hooks those of the page
	 * @param totals the totals of all hooks
	 */
	record HooksPage(int matching, int offset, List<HookDescriptor> hooks,
			HookTotalsDescriptor totals) implements OperationResponseBody {
	}

	/**
	 * A page of listeners.
	 *
	 * @param total how many there are
	 * @param matching how many match the query
	 * @param offset how many of these are in front of the page
	 * @param listeners those of the page
	 */
	record ListenersPage(int total, int matching, int offset,
			List<ListenerDescriptor> listeners) implements OperationResponseBody {
	}

	/**
	 * The ids of all listeners.
	 *
	 * @param listeners the ids
	 */
	record ListenerIds(List<String> listeners) implements OperationResponseBody {
	}

	/**
	 * A page of dead letters.
	 *
	 * @param listener the listener's id
	 * @param count how many dead letters it has
	 * @param next the id after which the next page begins, {@code null} if there is none
	 * @param letters those of the page
	 */
	@JsonInclude(Include.ALWAYS)
	record LettersPage(String listener, long count, @Nullable String next,
			List<LetterDescriptor> letters) implements OperationResponseBody {
	}

	/**
	 * A dead letter.
	 *
	 * @param letter the letter
	 * @param mask stands for its key
	 * @param value the value as text, shortened, or how many bytes it has; {@code null}
	 * if there is none, or it may not be shown
	 */
	@JsonInclude(Include.ALWAYS)
	record LetterDescriptor(DeadLetterDescriptor letter, String mask, @Nullable String value) {

		static LetterDescriptor of(KvDeadLetter letter, KeyMask mask, boolean withKey, boolean withValue) {
			byte[] value = withValue ? letter.event().getRawValue() : null;
			return new LetterDescriptor(DeadLetterDescriptor.of(letter, withKey, withValue),
					mask.of(letter.event().getKey()), (value != null) ? text(value) : null);
		}

		private static String text(byte[] value) {
			try {
				String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
				return (text.length() > VALUE_LENGTH) ? text.substring(0, VALUE_LENGTH) + "…" : text;
			}
			catch (CharacterCodingException ex) {
				return value.length + " bytes that are no text";
			}
		}

	}

	/**
	 * Figures about expiries, and what the chart shows.
	 *
	 * @param expiry the figures
	 * @param lateness the lateness of the last ten minutes
	 */
	record ExpiryPage(ExpiryDescriptor expiry, List<LatenessSlot> lateness) implements OperationResponseBody {
	}

}
