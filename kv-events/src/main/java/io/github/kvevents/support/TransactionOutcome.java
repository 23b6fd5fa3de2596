package io.github.kvevents.support;

import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Defers an action until the transaction of the application has ended. For our packages.
 */
public final class TransactionOutcome {

	private TransactionOutcome() {
	}

	/**
	 * Runs one of two actions, once: without a transaction on this thread the first one
	 * at once; otherwise one of them after the transaction, on the thread that ended it,
	 * which they must not delay.
	 * @param done runs after a commit
	 * @param undone runs after a rollback, or if the outcome is unknown
	 */
	public static void follow(Runnable done, Runnable undone) {
		if (!TransactionSynchronizationManager.isSynchronizationActive()
				|| !TransactionSynchronizationManager.isActualTransactionActive()) {
			done.run();
			return;
		}
		TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

			@Override
			public void afterCompletion(int status) {
				((status == STATUS_COMMITTED) ? done : undone).run();
			}

		});
	}

}
