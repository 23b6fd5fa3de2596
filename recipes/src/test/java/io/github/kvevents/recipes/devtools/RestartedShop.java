package io.github.kvevents.recipes.devtools;

import java.time.Duration;

import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.devtools.restart.Restarter;
import org.springframework.context.annotation.Bean;

import io.github.kvevents.KvEventType;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.OnKvExpired;
import io.github.kvevents.listener.KvListener;

/**
 * An application that DevTools starts anew once. It says on standard output what its
 * hooks and its listener receive.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class RestartedShop {

	/** In a system property, since a restart loads the classes anew. */
	private final int run = Integer.getInteger("shop.run", 0) + 1;

	public static void main(String[] args) {
		SpringApplication.run(RestartedShop.class, args);
	}

	@KvHook(events = KvEventType.SET, prefix = "order:")
	void changed(String key, Order order) {
		say("hook " + order.cents());
	}

	@OnKvExpired(prefix = "checkout:")
	void expired(String key, Order order) {
		say("expired " + order.cents());
	}

	@KvListener(id = "billing", events = KvEventType.SET, prefix = "order:")
	void bill(Order order) {
		say("listener " + order.cents());
	}

	@Bean
	ApplicationRunner work(KvTemplate template) {
		return (arguments) -> {
			System.setProperty("shop.run", String.valueOf(this.run));
			say("loaders " + Order.class.getClassLoader().getClass().getSimpleName() + " "
					+ KvTemplate.class.getClassLoader().getClass().getSimpleName());
			say("found " + template.get("order:1", Order.class).orElse(null));
			template.set("order:1", new Order(this.run * 100L));
			if (this.run == 2) {
				template.set("checkout:1", new Order(7), Duration.ofMillis(50));
			}
			if (this.run == 1) {
				new Thread(() -> Restarter.getInstance().restart()).start();
			}
		};
	}

	private void say(String text) {
		System.out.println("SHOP " + this.run + " " + text);
	}

	record Order(long cents) {
	}

}
