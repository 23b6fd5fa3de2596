package io.github.kvevents.redis.notification;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class KeyspaceFlagsTests {

	@ParameterizedTest
	@CsvSource({ "'',Ex,Ex", "Kg,Ex,KgEx", "E,x,Ex", "x,E,xE", "A,E,AE", "AK,E,AKE", "AKE,'',AKE", "xE,'',xE",
			"g$lshzxeKEtdmn,'',g$lshzxeKEtdmn", "KEm,x,KEmx" })
	void addsMissingFlagsAndKeepsTheRest(String value, String missing, String merged) {
		KeyspaceFlags flags = new KeyspaceFlags(value);
		assertThat(flags.missing()).isEqualTo(missing);
		assertThat(flags.merged()).isEqualTo(merged);
	}

}
