package io.github.kvevents.plain;

import org.springframework.context.annotation.AnnotationConfigApplicationContext;

class PlainSpringInMemoryTests extends PlainSpringTests {

	@Override
	void register(AnnotationConfigApplicationContext context) {
		context.register(MemoryConfiguration.class);
	}

}
