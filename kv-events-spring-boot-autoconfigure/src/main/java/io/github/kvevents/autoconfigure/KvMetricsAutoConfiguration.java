package io.github.kvevents.autoconfigure;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;

import io.github.kvevents.actuate.KvExpiryMeters;
import io.github.kvevents.actuate.KvHookMeters;
import io.github.kvevents.actuate.KvListenerMeters;
import io.github.kvevents.actuate.KvLogGapMeter;
import io.github.kvevents.actuate.KvNotificationMeters;
import io.github.kvevents.expiry.ExpiryMonitor;
import io.github.kvevents.expiry.LatenessRecorder;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.KvHookRegistry;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.listener.ListenerEngine;
import io.github.kvevents.redis.notification.ExpiryNotificationBridge;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for the meters of kv-events that
 * aren't observations.
 */
@AutoConfiguration(after = KvEventsAutoConfiguration.class)
@ConditionalOnClass({ MeterRegistry.class, MeterBinder.class })
@ConditionalOnBean(HookEngine.class)
public final class KvMetricsAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	KvHookMeters kvHookMeters(ObjectProvider<KvHookRegistry> hooks) {
		return new KvHookMeters(hooks::getObject);
	}

	@Bean
	HookEngineBuilderCustomizer kvHookMetersCustomizer(KvHookMeters meters) {
		return (builder) -> builder.dropListener(meters).closeListener(meters::remove);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnSingleCandidate(ExpiryMonitor.class)
	KvExpiryMeters kvExpiryMeters(ExpiryMonitor monitor, LatenessRecorder lateness) {
		return new KvExpiryMeters(monitor, lateness);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnSwitch("kv.events.log.enabled")
	KvLogGapMeter kvLogGapMeter() {
		return new KvLogGapMeter();
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBean(ExpiryNotificationBridge.class)
	KvNotificationMeters kvNotificationMeters(ExpiryNotificationBridge bridge) {
		return new KvNotificationMeters(bridge::getStatus);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBean(KvListenerRegistry.class)
	KvListenerMeters kvListenerMeters(KvListenerRegistry listeners, ObjectProvider<KvLogGapMeter> gaps) {
		KvListenerMeters meters = new KvListenerMeters(listeners);
		if (listeners instanceof ListenerEngine engine) {
			engine.onRegistration(meters);
			engine.onRemoval(meters::remove);
			engine.onRemoval((id) -> gaps.ifAvailable((gap) -> gap.remove(id)));
		}
		return meters;
	}

}
