package io.github.kvevents.recipes.kotlin

import io.github.kvevents.core.KvTemplate
import io.github.kvevents.fixture.TestRedis
import io.github.kvevents.fixture.TestRedisExtension
import io.github.kvevents.hook.KvHook
import io.github.kvevents.hook.KvHookRegistry
import io.github.kvevents.hook.KvPreviousValue
import org.assertj.core.api.Assertions.assertThat
import org.awaitility.Awaitility.await
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.BeforeEach
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.extension.ExtendWith
import org.springframework.beans.factory.getBean
import org.springframework.boot.WebApplicationType
import org.springframework.boot.builder.SpringApplicationBuilder
import org.springframework.context.ConfigurableApplicationContext
import java.time.Duration

/** The recipe for Kotlin, on a real Redis. */
@ExtendWith(TestRedisExtension::class)
class CheckoutTests {

    private lateinit var context: ConfigurableApplicationContext

    @BeforeEach
    fun start(redis: TestRedis) {
        context = SpringApplicationBuilder(ShopApplication::class.java, Strict::class.java)
            .web(WebApplicationType.NONE)
            .properties("spring.data.redis.port=${redis.port}", "spring.application.name=kotlin-shop")
            .run()
    }

    @AfterEach
    fun stop() {
        context.close()
    }

    @Test
    fun `data classes are values, and hooks receive them`() {
        val checkout = context.getBean<Checkout>()
        checkout.begin(Order("7", 1200), Duration.ofMinutes(3))
        checkout.begin(Order("7", 1300), Duration.ofMinutes(3))
        checkout.remark("7", "gift")
        assertThat(checkout.find("7")).isEqualTo(Order("7", 1300, "gift"))
        assertThat(checkout.find("8")).isNull()
        assertThat(context.getBean<Journal>().lines())
            .containsExactly("checkout:7 is new", "checkout:7 costs 1300 instead of 1200", "checkout:7 costs 1300 instead of 1300")
        assertThat(context.getBean<KvTemplate>().getTimeToLive("checkout:7")).isPresent()
    }

    @Test
    fun `an expiry comes with the last value`() {
        context.getBean<Checkout>().begin(Order("9", 500, "late"), Duration.ofMillis(80))
        val journal = context.getBean<Journal>()
        await().untilAsserted { assertThat(journal.lines()).contains("checkout:9 ended with late") }
        assertThat(journal.lines()).hasSize(2)
    }

    @Test
    fun `lists of data classes keep their type`() {
        val baskets = context.getBean<Baskets>()
        baskets.set("ada", listOf(Order("1", 10), Order("2", 20, "two")))
        assertThat(baskets.get("ada")).containsExactly(Order("1", 10), Order("2", 20, "two"))
        assertThat(baskets.get("bob")).isEmpty()
    }

    @Test
    fun `a missing value for a parameter that is not nullable is an error of the hook alone`() {
        val template = context.getBean<KvTemplate>()
        val errors = context.getBean<KvHookRegistry>().find("strict").orElseThrow().errors
        template.set("strict:1", Order("1", 100))
        assertThat(template.get("strict:1", Order::class.java)).hasValue(Order("1", 100))
        assertThat(errors.drain()).singleElement()
            .satisfies({ error -> assertThat(error.cause).isInstanceOf(NullPointerException::class.java) })
        template.set("strict:1", Order("1", 200))
        assertThat(errors.drain()).isEmpty()
        assertThat(context.getBean<Journal>().lines()).containsExactly("it cost 100")
    }

    class Strict(private val journal: Journal) {

        @KvHook(id = "strict", prefix = ["strict:"])
        fun changed(@KvPreviousValue before: Order) {
            journal.add("it cost ${before.cents}")
        }

    }

}
