package io.github.kvevents.listener;

import java.util.List;

/**
 * The dead letters of a listener, in the whole fleet. They stay until they are redriven
 * with success or discarded. All methods throw Spring's
 * {@link org.springframework.dao.DataAccessException} when the store fails.
 */
public interface KvDeadLetters {

	/**
	 * How many there are.
	 * @return the number
	 */
	long count();

	/**
	 * The oldest ones.
	 * @param limit how many at most, positive
	 * @return the letters, partition by partition, in the order in which they failed
	 */
	List<KvDeadLetter> list(int limit);

	/**
	 * The oldest ones behind another one: the next page.
	 * @param id the id of the last letter of the page before, which may be gone by now
	 * @param limit how many at most, positive
	 * @return the letters in the order of {@link #list(int)}; fewer than the limit if
	 * there are no more
	 */
	List<KvDeadLetter> listAfter(String id, int limit);

	/**
	 * Sends one to the handler of this instance, on this thread. Handled, it is gone, and
	 * so is one that the listener's options leave out by now; failed, it stays, with one
	 * attempt more, under another id and behind the others. It doesn't wait for its place
	 * in the order of its key: that has passed.
	 * @param id the id of the letter
	 * @return whether it is gone now; {@code false} also if there is none, or another
	 * instance is sending it
	 */
	boolean redrive(String id);

	/**
	 * Sends those that are there now, one after the other, as {@link #redrive(String)}
	 * does.
	 * @param limit how many at most, positive
	 * @return how many are gone now
	 */
	int redriveAll(int limit);

	/**
	 * Deletes one.
	 * @param id the id of the letter
	 * @return whether it was there
	 */
	boolean discard(String id);

	/**
	 * Deletes the oldest ones.
	 * @param limit how many at most, positive
	 * @return how many were deleted
	 */
	int discardAll(int limit);

}
