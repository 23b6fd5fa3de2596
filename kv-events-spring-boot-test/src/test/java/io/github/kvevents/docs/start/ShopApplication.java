package io.github.kvevents.docs.start;

import java.time.Duration;

import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

@SpringBootApplication
public class ShopApplication {

	public static void main(String[] args) {
		SpringApplication.run(ShopApplication.class, args);
	}

	@Bean
	ApplicationRunner visitor(Checkout checkout) {
		return (args) -> checkout.begin(new Checkout.Order("1", 4200), Duration.ofSeconds(10));
	}

}
