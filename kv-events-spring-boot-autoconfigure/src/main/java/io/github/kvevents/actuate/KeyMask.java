package io.github.kvevents.actuate;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What stands for a key that must not be shown: the same for the same key as long as this
 * instance runs, so that its events can be distinguished. Without the secret of this
 * process nobody can find out by guessing which key it is.
 */
final class KeyMask {

	private static final String ALGORITHM = "HmacSHA256";

	private static final int BYTES = 4;

	private final SecretKeySpec secret;

	KeyMask() {
		byte[] random = new byte[32];
		new SecureRandom().nextBytes(random);
		this.secret = new SecretKeySpec(random, ALGORITHM);
	}

	String of(String key) {
		try {
			Mac mac = Mac.getInstance(ALGORITHM);
			mac.init(this.secret);
			return HexFormat.of().formatHex(mac.doFinal(key.getBytes(StandardCharsets.UTF_8)), 0, BYTES);
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("Each Java platform has " + ALGORITHM, ex);
		}
	}

}
