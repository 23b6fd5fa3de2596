package io.github.kvevents.support;

import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Lets what was done within a transaction of the application count only once that is
 * committed. For our packages.
 */
public final class TransactionOutcome {

	private TransactionOutcome() {
	}

	/**
	 * Runs one of two actions, once: where no transaction runs on this thread, the first
	 * one at once; otherwise when it has ended, on the thread that ended it, which
	 * neither may delay.
	 * @param done what was done stays so
	 * @param undone it was rolled back, or may have been
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
