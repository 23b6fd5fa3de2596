package io.github.kvevents.recipes.kotlin

import io.github.kvevents.KvEventType
import io.github.kvevents.core.KvTemplate
import io.github.kvevents.hook.KvHook
import io.github.kvevents.hook.KvPreviousValue
import io.github.kvevents.hook.OnKvExpired
import org.springframework.core.ParameterizedTypeReference
import org.springframework.stereotype.Component
import java.time.Duration
import kotlin.jvm.optionals.getOrNull

data class Order(val id: String, val cents: Long, val note: String? = null)

@Component
class Checkout(private val template: KvTemplate, private val journal: Journal) {

    fun begin(order: Order, atMost: Duration) {
        template.set("checkout:${order.id}", order, atMost)
    }

    fun find(id: String): Order? = template.get("checkout:$id", Order::class.java).getOrNull()

    fun remark(id: String, note: String) {
        template.update("checkout:$id", Order::class.java) { order -> order?.copy(note = note) }
    }

    @KvHook(events = [KvEventType.SET], prefix = ["checkout:"])
    fun changed(key: String, order: Order, @KvPreviousValue before: Order?) {
        journal.add(if (before == null) "$key is new" else "$key costs ${order.cents} instead of ${before.cents}")
    }

    @OnKvExpired(prefix = ["checkout:"])
    fun nobodyPaid(key: String, last: Order?) {
        journal.add("$key ended with ${last?.note ?: "no note"}")
    }

}

@Component
class Baskets(private val template: KvTemplate) {

    fun set(user: String, orders: List<Order>) {
        template.set("basket:$user", orders)
    }

    fun get(user: String): List<Order> = template.get("basket:$user", ORDERS).getOrNull().orEmpty()

    private companion object {
        val ORDERS = object : ParameterizedTypeReference<List<Order>>() {}
    }

}
