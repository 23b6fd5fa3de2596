package io.github.kvevents.redis.expiry;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.expiry.TrackingMode;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.redis.KeyNames;
import io.github.kvevents.redis.NamespaceCheck;
import io.github.kvevents.redis.RedisKvStore;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.Namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link ExpiryTrackerBuilder}.
 */
@ExtendWith(TestRedisExtension.class)
class ExpiryTrackerBuilderTests {

	private static final Namespace NAMESPACE = Namespace.of("shop");

	private static final KeyNames NAMES = KeyNames.prefixedWith("app:");

	private final TestRedis redis;

	private final RecordingDispatcher dispatcher = new RecordingDispatcher();

	private final List<KvExpiredEvent> observed = new CopyOnWriteArrayList<>();

	private final List<KvExpiredEvent> observedLater = new CopyOnWriteArrayList<>();

	ExpiryTrackerBuilderTests(TestRedis redis) {
		this.redis = redis;
	}

	private ExpiryTrackerBuilder builder() {
		return ExpiryTracker.builder(this.redis.connectionFactory(), NAMESPACE, this.dispatcher, new PlainKvCodec())
			.names(NAMES)
			.instanceId("one")
			.listener(this.observed::add);
	}

	private void change(ExpiryTrackerBuilder builder) {
		ChangeLogSettings log = new ChangeLogSettings(NAMESPACE, "two", 100, Duration.ofHours(1));
		Namespace other = Namespace.of("other");
		builder.names(KeyNames.prefixedWith("other:"))
			.instanceId("two")
			.settings(TrackingSettings.defaults().mode(TrackingMode.OFF))
			.log(log)
			.listener(this.observedLater::add)
			.namespaceCheck(new NamespaceCheck(other, KeyNames.plain()));
	}

	@Test
	void trackerKeepsWhatItWasBuiltWithThroughEachStart() {
		ExpiryTrackerBuilder builder = builder();
		ExpiryTracker tracker = builder.build();
		change(builder);
		assertThat(tracker.namespace()).isEqualTo(NAMESPACE);
		assertThat(tracker.instanceId()).isEqualTo("one");
		assertThat(tracker.isActive()).isTrue();
		for (int start = 1; start <= 2; start++) {
			tracker.start();
			try {
				assertThat(tracker.isRunning()).as("not switched off").isTrue();
				assertThat(tracker.getActivity().mode()).isEqualTo(TrackingMode.AUTO);
				template(tracker).set("order:" + start, "v", Duration.ofMillis(50));
				int count = start;
				await().until(() -> this.dispatcher.events().size() >= count);
			}
			finally {
				tracker.stop();
			}
		}
		assertThat(this.dispatcher.keys()).containsExactly("order:1", "order:2");
		assertThat(this.dispatcher.events()).allMatch((event) -> event.getOrigin().equals("one"));
		assertThat(this.observed).hasSize(2);
		assertThat(this.observedLater).isEmpty();
		assertThat(this.redis.template().hasKey(NAMESPACE.log(0))).as("a change log that it wasn't built with")
			.isFalse();
		assertThat(this.redis.template().hasKey(Namespace.of("other").meta())).as("the other namespace").isFalse();
	}

	@Test
	void trackerWithoutChangeLogIsIdleWhereNobodyReceivesExpiries() {
		this.dispatcher.heard(false);
		ExpiryTrackerBuilder builder = builder();
		ExpiryTracker tracker = builder.build();
		builder.log(new ChangeLogSettings(NAMESPACE, "two", 100, Duration.ofHours(1)));
		assertThat(tracker.isActive()).isFalse();
		assertThat(builder.build().isActive()).as("the next one").isTrue();
	}

	@Test
	void nextTrackerIsBuiltWithTheChanges() {
		ExpiryTrackerBuilder builder = builder();
		builder.build();
		change(builder);
		ExpiryTracker tracker = builder.build();
		assertThat(tracker.instanceId()).isEqualTo("two");
		assertThat(tracker.isActive()).isFalse();
	}

	private KvTemplate template(ExpiryTracker tracker) {
		RedisConnectionFactory connectionFactory = this.redis.connectionFactory();
		return KvTemplate.builder(new RedisKvStore(connectionFactory, NAMES, tracker), new PlainKvCodec()).build();
	}

}
