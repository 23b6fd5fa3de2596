package io.github.kvevents.sample.receipt;

/**
 * The mail server accepts no mail at present.
 */
class MailRefusedException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	MailRefusedException() {
		super("The mail server accepts no mail at present");
	}

}
