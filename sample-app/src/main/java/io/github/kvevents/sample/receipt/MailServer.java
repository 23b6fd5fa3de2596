package io.github.kvevents.sample.receipt;

import org.springframework.stereotype.Component;

import io.github.kvevents.core.KvCollection;
import io.github.kvevents.core.KvTemplate;

/**
 * Stands for a mail server that all instances use. Its outbox and whether it accepts mail
 * are in Redis, so that it is the same one for each of them.
 */
@Component
class MailServer {

	private static final String UP = "mail:up";

	private final KvTemplate kv;

	private final KvCollection<Receipt> outbox;

	MailServer(KvTemplate kv) {
		this.kv = kv;
		this.outbox = kv.collection("receipt", Receipt.class);
	}

	/**
	 * Sends a receipt. A listener may be called twice for an event, so sending it again
	 * must do no harm: here it is the same key and value, which changes nothing.
	 * @throws MailRefusedException if it accepts no mail
	 */
	void send(Receipt receipt) {
		if (!isUp()) {
			throw new MailRefusedException();
		}
		this.outbox.set(receipt.id(), receipt);
	}

	long sent() {
		return this.outbox.count();
	}

	boolean isUp() {
		return this.kv.get(UP, Boolean.class).orElse(true);
	}

	void setUp(boolean up) {
		this.kv.set(UP, up);
	}

}
