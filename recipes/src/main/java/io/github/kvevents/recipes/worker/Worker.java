package io.github.kvevents.recipes.worker;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

import io.github.kvevents.hook.OnKvExpired;

@SpringBootApplication
public class Worker {

	public static void main(String[] args) {
		SpringApplication.run(Worker.class, args);
	}

	@OnKvExpired(prefix = "checkout:")
	void nobodyPaid(String key) {
		System.out.println("Nobody paid " + key);
	}

}
