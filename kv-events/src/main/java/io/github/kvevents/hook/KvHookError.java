package io.github.kvevents.hook;

import java.time.Instant;

import io.github.kvevents.KvEvent;

/**
 * A hook failed, ran into its timeout, or was not called because of recursion.
 *
 * @param hookId the id of the hook, or {@link #SPRING_LISTENERS} for what ordinary Spring
 * listeners throw
 * @param event the event that it was called with
 * @param cause what it threw; a {@link java.util.concurrent.TimeoutException} after a
 * timeout, a {@link KvHookRecursionException} after a recursion
 * @param occurredAt when it failed
 */
public record KvHookError(String hookId, KvEvent event, Throwable cause, Instant occurredAt) {

	/**
	 * Stands for the ordinary Spring listeners of the application. No hook can have this
	 * id.
	 */
	public static final String SPRING_LISTENERS = "spring-listeners";

}
