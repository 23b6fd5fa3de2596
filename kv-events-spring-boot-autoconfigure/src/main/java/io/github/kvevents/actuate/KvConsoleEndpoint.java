package io.github.kvevents.actuate;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.core.io.Resource;
import org.springframework.util.Assert;

import io.github.kvevents.actuate.ConsoleFeed.ChangesDescriptor;
import io.github.kvevents.actuate.ConsolePages.ExpiryPage;
import io.github.kvevents.actuate.ConsolePages.HooksPage;
import io.github.kvevents.actuate.ConsolePages.LettersPage;
import io.github.kvevents.actuate.ConsolePages.ListenerIds;
import io.github.kvevents.actuate.ConsolePages.ListenersPage;
import io.github.kvevents.actuate.ConsolePages.PageRequest;
import io.github.kvevents.actuate.ConsolePages.StateDescriptor;
import io.github.kvevents.actuate.KvDoctorEndpoint.DoctorDescriptor;
import io.github.kvevents.actuate.KvHooksEndpoint.HookDescriptor;
import io.github.kvevents.expiry.LatenessRecorder;
import io.github.kvevents.hook.KvHookRegistry;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.listener.KvSubscription;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.watch.KvWatches;

/**
 * {@link WebEndpoint @WebEndpoint} with a page for operators: hooks, listeners, dead
 * letters, expiries, changes as they happen, and the doctor. What it shows and does is
 * what the other endpoints of kv-events show and do; these need not be exposed.
 * {@link KvConsoleFilter} and {@link KvConsoleWebFilter} guard it.
 */
@RegisterReflectionForBinding({ StateDescriptor.class, HooksPage.class, ListenersPage.class, ListenerIds.class,
		LettersPage.class, ExpiryPage.class, ChangesDescriptor.class, DoctorDescriptor.class,
		KvListenersEndpointWebExtension.Refusal.class })
@WebEndpoint(id = "kvconsole")
public class KvConsoleEndpoint {

	private final KvConsoleSettings settings;

	private final KvHooksEndpoint hooks;

	private final @Nullable KvListenersEndpoint listeners;

	private final KvExpiryEndpoint expiry;

	private final @Nullable KvDoctorEndpoint doctor;

	private final StoreReads reads = new StoreReads();

	private final ConsoleFeed feed;

	private final LatenessSeries lateness = new LatenessSeries(Clock.systemUTC());

	private final KeyMask mask = new KeyMask();

	/**
	 * Creates an endpoint.
	 * @param settings what it shows and permits
	 * @param hooks the hooks to show
	 * @param listeners the listeners to show, {@code null} if there can't be any
	 * @param expiry shows figures about expiries
	 * @param recorder records their lateness
	 * @param watches opens watches for the live feed
	 * @param store whether it answers is part of the live feed
	 * @param doctor runs the checks, {@code null} to do without
	 */
	public KvConsoleEndpoint(KvConsoleSettings settings, KvHookRegistry hooks, @Nullable KvListenerRegistry listeners,
			KvExpiryEndpoint expiry, LatenessRecorder recorder, KvWatches watches, KvStore store,
			@Nullable KvDoctorEndpoint doctor) {
		Assert.notNull(settings, "'settings' must not be null");
		Assert.notNull(expiry, "'expiry' must not be null");
		this.settings = settings;
		this.hooks = new KvHooksEndpoint(hooks);
		this.listeners = (listeners != null) ? new KvListenersEndpoint(listeners) : null;
		this.expiry = expiry;
		this.doctor = doctor;
		this.feed = new ConsoleFeed(watches::open, store::ping, this.reads, this.mask);
		recorder.addListener(this.lateness);
	}

	/**
	 * The page.
	 * @return HTML, which needs what is below its path and nothing else
	 */
	@ReadOperation(produces = "text/html")
	public WebEndpointResponse<Resource> page() {
		return ConsoleResources.page(this.settings.path().get());
	}

	/**
	 * What the page shows, and the files that it consists of.
	 * @param securityContext who asks
	 * @param part a file, or one of what the page shows: state, hooks, listeners, ids,
	 * letters, expiry, changes, doctor
	 * @param query text that the ids of hooks or listeners contain
	 * @param sort the order of hooks: {@code problems}, {@code slowest}, {@code calls}
	 * @param offset how many hooks or listeners are in front of the page
	 * @param limit how many entries the page has, 100 at most
	 * @param listener the id of the listener whose dead letters are wanted
	 * @param after the last dead letter of the page before
	 * @param feed the feed that the number is of
	 * @param number the number of the last change that the page has
	 * @return 200 with the part; 404 if there is none; 400 and 503 with the reason if the
	 * request is invalid or the store fails
	 */
	@ReadOperation
	public WebEndpointResponse<Object> part(SecurityContext securityContext, @Selector String part,
			@Nullable String query, @Nullable String sort, @Nullable Integer offset, @Nullable Integer limit,
			@Nullable String listener, @Nullable String after, @Nullable String feed, @Nullable Long number) {
		WebEndpointResponse<Object> file = ConsoleResources.file(part);
		if (file != null) {
			return file;
		}
		return KvListenersEndpointWebExtension.answer(part, false, () -> switch (part) {
			case "state" -> state(securityContext);
			case "hooks" -> ConsolePages.hooks(this.hooks.hooks(), PageRequest.of(query, sort, offset, limit));
			case "listeners" -> listeners(PageRequest.of(query, sort, offset, limit));
			case "ids" -> ids();
			case "letters" -> letters(securityContext, listener, after, limit);
			case "expiry" -> new ExpiryPage(this.expiry.expiry(), this.lateness.read());
			case "changes" ->
				this.feed.read(feed, (number != null) ? number : 0, this.settings.showsKeys(securityContext));
			case "doctor" -> (this.doctor != null) ? this.doctor.examine() : null;
			default -> null;
		});
	}

	private StateDescriptor state(SecurityContext user) {
		List<String> parts = new ArrayList<>(List.of("hooks"));
		if (this.listeners != null) {
			parts.add("listeners");
		}
		parts.addAll(List.of("expiry", "changes"));
		if (this.doctor != null) {
			parts.add("doctor");
		}
		return new StateDescriptor(this.settings.instance(), parts, this.settings.writableParts(parts),
				this.settings.showsKeys(user), this.settings.showsValues(user));
	}

	private @Nullable ListenersPage listeners(PageRequest request) {
		return (this.listeners != null) ? ConsolePages.listeners(this.listeners, request) : null;
	}

	private @Nullable ListenerIds ids() {
		return (this.listeners != null)
				? new ListenerIds(this.listeners.registry().all().stream().map(KvSubscription::getId).toList()) : null;
	}

	private @Nullable LettersPage letters(SecurityContext user, @Nullable String listener, @Nullable String after,
			@Nullable Integer limit) {
		KvSubscription subscription = (listener != null && this.listeners != null)
				? this.listeners.registry().find(listener).orElse(null) : null;
		boolean withKeys = this.settings.showsKeys(user);
		boolean withValues = this.settings.showsValues(user);
		return (subscription != null) ? this.reads.read(() -> ConsolePages.letters(subscription, after,
				PageRequest.limit(limit), this.mask, withKeys, withValues)) : null;
	}

	/**
	 * Enables or disables a hook, or runs an action on a listener.
	 * @param part {@code hooks} or {@code listeners}
	 * @param id the id of the hook or listener
	 * @param enabled whether the hook is called from now on
	 * @param action what to do with the listener, as for {@link KvListenersEndpoint}
	 * @param position where the listener resumes
	 * @param limit how many dead letters
	 * @param letter the only dead letter
	 * @return 200 with the hook or listener after the change; 404 if there is none; 403,
	 * 400 and 503 with the reason if the action is not permitted, is invalid, or the
	 * store fails
	 */
	@WriteOperation
	public WebEndpointResponse<Object> act(@Selector String part, String id, @Nullable Boolean enabled,
			@Nullable String action, @Nullable String position, @Nullable Integer limit, @Nullable String letter) {
		if (!this.settings.writable().contains(part)) {
			return ConsoleRequests.refused("The actions of '" + part + "' are not permitted in the console");
		}
		return KvListenersEndpointWebExtension.answer(part, true, () -> switch (part) {
			case "hooks" -> setEnabled(id, enabled);
			case "listeners" -> (this.listeners != null)
					? this.listeners.act(id, (action != null) ? action : "", position, limit, letter) : null;
			default -> null;
		});
	}

	private @Nullable HookDescriptor setEnabled(String id, @Nullable Boolean enabled) {
		if (enabled == null) {
			throw new InvalidEndpointRequestException("Missing 'enabled'", "'enabled' must be given");
		}
		return this.hooks.setEnabled(id, enabled);
	}

}
