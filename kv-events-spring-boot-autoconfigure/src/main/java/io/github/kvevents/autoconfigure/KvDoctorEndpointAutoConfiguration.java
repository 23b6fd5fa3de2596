package io.github.kvevents.autoconfigure;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

import io.github.kvevents.actuate.KvDoctorEndpoint;
import io.github.kvevents.doctor.KvDoctor;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for the {@link KvDoctorEndpoint}.
 */
@AutoConfiguration(after = KvEventsAutoConfiguration.class)
@ConditionalOnClass({ Endpoint.class, ConditionalOnAvailableEndpoint.class })
@ConditionalOnBean(KvDoctor.class)
@ConditionalOnAvailableEndpoint(KvDoctorEndpoint.class)
public final class KvDoctorEndpointAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	KvDoctorEndpoint kvDoctorEndpoint(KvDoctor doctor) {
		return new KvDoctorEndpoint(doctor);
	}

}
