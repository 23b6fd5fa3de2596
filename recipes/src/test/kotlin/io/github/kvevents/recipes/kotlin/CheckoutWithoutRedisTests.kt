package io.github.kvevents.recipes.kotlin

import io.github.kvevents.test.KvEventsTest
import io.github.kvevents.test.KvTestClock
import io.github.kvevents.test.RecordedKvEvents
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.springframework.beans.factory.annotation.Autowired
import java.time.Duration

/** The test that the recipe shows. */
@KvEventsTest(Checkout::class, Journal::class)
class CheckoutWithoutRedisTests {

    @Autowired
    lateinit var checkout: Checkout

    @Autowired
    lateinit var clock: KvTestClock

    @Autowired
    lateinit var events: RecordedKvEvents

    @Test
    fun `an order that nobody pays expires`() {
        val order = Order("1", 4200)
        checkout.begin(order, Duration.ofMinutes(15))
        clock.advance(Duration.ofMinutes(15))
        assertThat(events).expired("checkout:1").hasValue(order).once()
    }

}
