package io.github.kvevents.sample.receipt;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/mail")
class MailController {

	private final MailServer mail;

	MailController(MailServer mail) {
		this.mail = mail;
	}

	@GetMapping
	Mail mail() {
		return new Mail(this.mail.isUp(), this.mail.sent());
	}

	@PostMapping
	Mail change(@Valid @RequestBody MailSwitch change) {
		this.mail.setUp(change.up());
		return mail();
	}

	record MailSwitch(@NotNull Boolean up) {
	}

	record Mail(boolean up, long sent) {
	}

}
