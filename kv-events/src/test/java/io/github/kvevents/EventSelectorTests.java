package io.github.kvevents;

import java.util.EnumSet;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link EventSelector}.
 */
class EventSelectorTests {

	@Test
	void selectsEachEventByDefault() {
		for (KvEventType type : KvEventType.values()) {
			for (KvChange change : KvChange.values()) {
				assertThat(EventSelector.all().selects(type, change, "key")).isTrue();
			}
		}
		assertThat(EventSelector.all().isAll()).isTrue();
	}

	@Test
	void operationChangeAndKeyMustAllBeSelected() {
		EventSelector selector = EventSelector.all()
			.events(KvEventType.SET, KvEventType.DELETE)
			.changes(KvChange.CREATED, KvChange.REMOVED)
			.filter(KeyFilter.prefix("a:"));
		assertThat(selector.selects(KvEventType.SET, KvChange.CREATED, "a:1")).isTrue();
		assertThat(selector.selects(KvEventType.DELETE, KvChange.REMOVED, "a:1")).isTrue();
		assertThat(selector.selects(KvEventType.SET_RAW, KvChange.CREATED, "a:1")).isFalse();
		assertThat(selector.selects(KvEventType.SET, KvChange.UPDATED, "a:1")).isFalse();
		assertThat(selector.selects(KvEventType.SET, KvChange.CREATED, "b:1")).isFalse();
		assertThat(selector.isAll()).isFalse();
	}

	@Test
	void filterIsAskedOnlyForSelectedOperationsAndChanges() {
		EventSelector selector = EventSelector.all().events(KvEventType.SET).changes(KvChange.CREATED).filter((key) -> {
			throw new IllegalStateException("asked");
		});
		assertThat(selector.selects(KvEventType.DELETE, KvChange.REMOVED, "key")).isFalse();
		assertThat(selector.selects(KvEventType.SET, KvChange.UPDATED, "key")).isFalse();
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> selector.selects(KvEventType.SET, KvChange.CREATED, "key"));
	}

	@Test
	void choosingNothingSelectsAllAgain() {
		EventSelector selector = EventSelector.all().events(KvEventType.SET).changes(KvChange.CREATED);
		assertThat(selector.events().changes().isAll()).isTrue();
		assertThat(selector.getEvents()).as("the former stays as it was").containsExactly(KvEventType.SET);
	}

	@Test
	void changeThatIsLeftOutIsNotSelected() {
		assertThat(EventSelector.all().without(KvChange.UNCHANGED).getChanges())
			.isEqualTo(EnumSet.of(KvChange.CREATED, KvChange.UPDATED, KvChange.REMOVED));
		EventSelector nothing = EventSelector.all().changes(KvChange.UNCHANGED).without(KvChange.UNCHANGED);
		assertThat(nothing.getChanges()).isEmpty();
		assertThat(nothing.canSelect()).isFalse();
	}

	@Test
	void onlyDeletesAndExpiriesRemove() {
		EventSelector removed = EventSelector.all().changes(KvChange.REMOVED);
		assertThat(KvEventType.values()).filteredOn(removed::canSelect)
			.containsExactlyInAnyOrder(KvEventType.DELETE, KvEventType.BATCH_DELETE, KvEventType.EXPIRED);
		assertThat(removed.events(KvEventType.SET).canSelect()).isFalse();
		assertThat(EventSelector.all().events(KvEventType.EXPIRED).changes(KvChange.CREATED).canSelect()).isFalse();
	}

	@Test
	void selectionWithoutEntriesInTheChangeLogIsRefusedWithTheWayOut() {
		EventSelector.all().requireLogged();
		assertThatIllegalArgumentException()
			.isThrownBy(() -> EventSelector.all().changes(KvChange.UNCHANGED).requireLogged())
			.withMessageContaining("[UNCHANGED] never come with")
			.withMessageContaining("ONE_INSTANCE, receives that");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> EventSelector.all().events(KvEventType.SET).changes(KvChange.REMOVED).requireLogged())
			.withMessageEndingWith(EventSelector.CONTRADICTION);
	}

	@Test
	@SuppressWarnings("NullAway")
	void nullsAreRefusedByName() {
		assertThatIllegalArgumentException().isThrownBy(() -> EventSelector.all().events((KvEventType[]) null))
			.withMessage("'events' must not be null");
		assertThatIllegalArgumentException().isThrownBy(() -> EventSelector.all().changes(KvChange.CREATED, null))
			.withMessage("'changes' must not have a null element but was [CREATED, null]");
		assertThatIllegalArgumentException().isThrownBy(() -> EventSelector.all().filter(null))
			.withMessage("'filter' must not be null");
	}

}
