package io.github.kvevents;

/**
 * A reader asked for a position in the change log behind which entries were removed
 * already: it has missed them. The message names both positions.
 */
public class PositionTrimmedException extends KvException {

	private static final long serialVersionUID = 1L;

	private final KvPosition requested;

	private final KvPosition earliest;

	/**
	 * Creates an exception.
	 * @param requested the position that was asked for
	 * @param earliest the earliest position of the same partition from which nothing is
	 * missing
	 */
	public PositionTrimmedException(KvPosition requested, KvPosition earliest) {
		super(((earliest.compareTo(requested) > 0)
				? "The change log was trimmed behind position '%s': the earliest that is left is '%s'"
				: "The change log lost what was read up to position '%s', or what followed there: it continues at '%s'")
			.formatted(requested, earliest) + ". Start there, or take the state of the keys anew");
		this.requested = requested;
		this.earliest = earliest;
	}

	/**
	 * The position that was asked for.
	 * @return the position
	 */
	public KvPosition getRequested() {
		return this.requested;
	}

	/**
	 * The earliest position that is left, of the same partition. Reading from there on,
	 * inclusively, misses nothing more.
	 * @return the position of the first entry or, where there is none, the one behind the
	 * last that was removed
	 */
	public KvPosition getEarliest() {
		return this.earliest;
	}

}
