package io.github.kvevents.autoconfigure;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.github.kvevents.KvCodec;
import io.github.kvevents.autoconfigure.CodecConfiguration.LazyCodec;
import io.github.kvevents.autoconfigure.MissingPartFailureAnalyzer.MissingPartException;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.log.KvChangeLog;
import io.github.kvevents.log.LogGapEvent;
import io.github.kvevents.log.change.ChangeFeed;
import io.github.kvevents.log.change.ChangeLogRetention;
import io.github.kvevents.log.change.EveryInstanceReader;
import io.github.kvevents.log.change.RetentionGuard;
import io.github.kvevents.log.change.StoreChangeFeed;
import io.github.kvevents.log.change.StoreKvChangeLog;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.KvStore;

/**
 * Readers of the change log, and its retention, for each back end.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnSwitch("kv.events.log.enabled")
class ChangeLogConfiguration {

	/**
	 * Fails at start-up if no change would ever be logged.
	 */
	@Bean
	@ConditionalOnMissingBean(ChangeLogStore.class)
	ChangeLogStore kvChangeLogStore(KvStore store) {
		throw new MissingPartException(
				"The change log is switched on ('kv.events.log.enabled' is 'true'), but the application's own KvStore of type '"
						+ store.getClass().getName()
						+ "' is no ChangeLogStore, and there is no other bean of that type.",
				String.format("Do one of these:%n%n"
						+ "    - declare a bean of type io.github.kvevents.store.ChangeLogStore that reads the log which your KvStore writes%n"
						+ "    - remove your KvStore bean, so that the auto-configured one is used%n"
						+ "    - if it is that of a parent context, set 'kv.events.log.enabled=true' for the parent%n"
						+ "    - set 'kv.events.log.enabled=false' to do without the change log"));
	}

	@Bean
	@ConditionalOnMissingBean(ChangeFeed.class)
	StoreChangeFeed kvChangeFeed(ChangeLogStore store) {
		return new StoreChangeFeed(store);
	}

	@Bean
	@ConditionalOnMissingBean(KvChangeLog.class)
	StoreKvChangeLog kvChangeLog(ChangeLogStore store, ChangeFeed feed, ObjectProvider<KvCodec> codec) {
		return new StoreKvChangeLog(store, feed, LazyCodec.of(codec));
	}

	@Bean
	@ConditionalOnMissingBean
	LogGapPublisher kvLogGapPublisher(ApplicationEventPublisher context) {
		return new LogGapPublisher(context);
	}

	@Bean
	@ConditionalOnMissingBean
	ChangeLogRetention kvChangeLogRetention(ChangeLogStore store, ObjectProvider<RetentionGuard> guards) {
		return new ChangeLogRetention(store, guards::stream);
	}

	/**
	 * Reads the log for hooks with the scope {@code EVERY_INSTANCE}.
	 */
	@Bean
	@ConditionalOnMissingBean
	EveryInstanceReader kvEveryInstanceReader(ChangeLogStore store, ChangeFeed feed, ObjectProvider<KvCodec> codec,
			HookEngine engine, LogGapPublisher gaps) {
		EveryInstanceReader reader = new EveryInstanceReader(store, feed, LazyCodec.of(codec),
				engine::deliverToEveryInstance, (gap) -> gaps.publish((LogGapEvent) gap));
		engine.setEveryInstanceListener(reader::setNeeded);
		return reader;
	}

	/**
	 * Publishes gaps to the context that has the change log and so, as Spring does, to
	 * its parents; and to its children that use the log: their hooks and listeners miss
	 * the same changes.
	 */
	static class LogGapPublisher {

		private final ApplicationEventPublisher context;

		private final List<Consumer<LogGapEvent>> children = new CopyOnWriteArrayList<>();

		LogGapPublisher(ApplicationEventPublisher context) {
			this.context = context;
		}

		/**
		 * Adds a child.
		 * @param publisher calls the listeners of that context alone
		 * @return removes it
		 */
		Runnable add(Consumer<LogGapEvent> publisher) {
			this.children.add(publisher);
			return () -> this.children.remove(publisher);
		}

		/**
		 * Calls the listeners of each context, also if those of another failed.
		 * @param gap the gap
		 */
		void publish(LogGapEvent gap) {
			RuntimeException failure = null;
			try {
				this.context.publishEvent(gap);
			}
			catch (RuntimeException ex) {
				failure = ex;
			}
			for (Consumer<LogGapEvent> child : this.children) {
				try {
					child.accept(gap);
				}
				catch (RuntimeException ex) {
					if (failure != null) {
						ex.addSuppressed(failure);
					}
					failure = ex;
				}
			}
			if (failure != null) {
				throw failure;
			}
		}

	}

}
