package io.github.kvevents.recipes.kotlin

import org.springframework.stereotype.Component
import java.util.concurrent.CopyOnWriteArrayList

/** What the hooks of the recipe have seen. */
@Component
class Journal {

    private val lines = CopyOnWriteArrayList<String>()

    fun add(line: String) {
        lines.add(line)
    }

    fun lines(): List<String> = lines

}
