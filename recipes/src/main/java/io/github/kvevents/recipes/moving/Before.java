package io.github.kvevents.recipes.moving;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.Message;
import org.springframework.data.redis.listener.KeyExpirationEventMessageListener;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;
import org.springframework.stereotype.Component;

@Component
class Before extends KeyExpirationEventMessageListener {

	private final Sessions sessions;

	Before(RedisMessageListenerContainer container, Sessions sessions) {
		super(container);
		this.sessions = sessions;
	}

	@Override
	public void onMessage(Message message, byte @Nullable [] pattern) {
		String key = message.toString();
		if (key.startsWith("session:")) {
			this.sessions.ended(key, null);
		}
	}

}
