// The whole page. Everything that comes from outside is shown with textContent, never as markup.
const byId = (id) => document.getElementById(id);
const FEED_ROWS = 100;
const FIGURES_EVERY_MS = 2000;
const EVENT_TYPES = 6;

/* ---- orders: always the server's list, read again whenever that has changed ---- */

const rows = new Map();
let reading = false;
let readAgain = false;

async function readOrders() {
	if (reading) {
		readAgain = true;
		return;
	}
	reading = true;
	do {
		readAgain = false;
		try {
			const [orders, counts] = await Promise.all([fetch('orders'), fetch('counts')]);
			if (orders.ok && counts.ok) {
				showOrders(await orders.json());
				showCounts(await counts.json());
			}
		}
		catch {
			// offline: the event stream comes back, and then this is called again
		}
	} while (readAgain);
	reading = false;
}

function showOrders(orders) {
	const list = byId('order-list');
	const now = performance.now();
	const seen = new Set();
	orders.forEach((order, index) => {
		seen.add(order.id);
		const row = rows.get(order.id) ?? newRow(order.id);
		announce(row.order, order);
		row.order = order;
		row.deadline = now + order.remainingMillis;
		showOrder(row, now);
		if (list.children[index] !== row.element) {
			list.insertBefore(row.element, list.children[index] ?? null);
		}
	});
	for (const [id, row] of rows) {
		if (!seen.has(id)) {
			row.element.remove();
			rows.delete(id);
		}
	}
	byId('no-orders').hidden = orders.length > 0;
}

function showCounts(counts) {
	for (const [status, count] of Object.entries(counts)) {
		byId('count-' + status.toLowerCase()).textContent = count;
	}
}

function newRow(id) {
	const element = byId('order-template').content.firstElementChild.cloneNode(true);
	const part = (name) => element.querySelector('.' + name);
	const row = {
		element, note: part('order-note'), countdown: part('countdown'), badge: part('badge'),
		pay: part('pay'), bar: part('bar'), order: null, deadline: 0
	};
	element.dataset.id = id;
	part('order-id').textContent = id;
	row.pay.setAttribute('aria-label', 'Pay order ' + id);
	row.pay.addEventListener('click', () => pay(row));
	rows.set(id, row);
	return row;
}

function showOrder(row, now) {
	const { order } = row;
	const pending = order.status === 'PENDING';
	row.element.dataset.status = order.status;
	row.badge.textContent = order.status;
	row.note.textContent = pending ? 'placed ' + clock(order.placedAt) : endOf(order);
	row.countdown.hidden = row.bar.hidden = !pending;
	row.pay.hidden = !pending;
	if (pending) {
		countDown(row, now);
	}
}

function endOf(order) {
	return (order.status === 'EXPIRED')
			? 'expired ' + clock(order.expiredAt) + ' · noticed ' + order.latenessMillis + ' ms late'
			: 'paid in time, never expires';
}

function countDown(row, now) {
	const left = row.deadline - now;
	row.countdown.textContent = (left > 0) ? readable(left) : 'due';
	row.bar.value = Math.max(0, left / row.order.totalMillis);
	row.pay.disabled = left <= 0;
}

function readable(millis) {
	const seconds = millis / 1000;
	if (seconds < 100) {
		return seconds.toFixed(1) + ' s';
	}
	const whole = Math.ceil(seconds);
	const two = (n) => String(n).padStart(2, '0');
	return (whole < 3600) ? Math.floor(whole / 60) + ':' + two(whole % 60)
			: Math.floor(whole / 3600) + ':' + two(Math.floor(whole / 60) % 60) + ':' + two(whole % 60);
}

function announce(before, order) {
	if (before && before.status !== order.status) {
		byId('announcer').textContent = 'Order ' + order.id + ' is ' + order.status.toLowerCase();
	}
}

setInterval(() => {
	const now = performance.now();
	for (const row of rows.values()) {
		if (row.order.status === 'PENDING') {
			countDown(row, now);
		}
	}
}, 100);

/* ---- placing and paying ---- */

async function post(path, body) {
	let response;
	try {
		response = await fetch(path, {
			method: 'POST',
			headers: body ? { 'Content-Type': 'application/json' } : {},
			body: body ? JSON.stringify(body) : undefined
		});
	}
	catch {
		return { title: 'The server does not answer' };
	}
	return response.ok ? null : response.json().catch(() => ({ title: 'Error ' + response.status }));
}

function showProblem(problem) {
	const errors = problem?.errors ?? [];
	for (const field of ['id', 'expire']) {
		const error = errors.find((candidate) => candidate.field === field);
		byId(field + '-error').textContent = error ? error.message : '';
		byId(field).setAttribute('aria-invalid', String(Boolean(error)));
	}
	const box = byId('problem');
	box.hidden = !problem || errors.length > 0;
	box.textContent = problem ? (problem.title ?? 'Error') + (problem.detail ? ': ' + problem.detail : '') : '';
	if (errors.length > 0) {
		byId(errors[0].field)?.focus();
	}
}

byId('place').addEventListener('submit', async (event) => {
	event.preventDefault();
	const expire = byId('expire').value;
	const order = { id: byId('id').value, expire: (expire === '') ? null : Number(expire) };
	const problem = await post('checkout', order);
	showProblem(problem);
	if (!problem) {
		byId('announcer').textContent = 'Order ' + order.id + ' is placed';
		if (byId('id').value === order.id) {
			// and not what was typed since
			suggestId();
		}
		readOrders();
	}
});

async function pay(row) {
	row.pay.disabled = true;
	showProblem(await post('checkout/' + encodeURIComponent(row.order.id) + '/pay'));
	readOrders();
}

function suggestId() {
	const letters = 'abcdefghjkmnpqrstuvwxyz23456789';
	const random = crypto.getRandomValues(new Uint8Array(6));
	byId('id').value = 'order-' + Array.from(random, (n) => letters[n % letters.length]).join('');
}

byId('suggest').addEventListener('click', suggestId);

/* ---- the live feed ---- */

const shown = new Set();

function connect() {
	const source = new EventSource('events');
	source.addEventListener('open', () => {
		connection('live');
		// whatever happened while nobody listened
		readAll();
	});
	source.addEventListener('error', () => {
		connection(navigator.onLine ? 'connecting' : 'offline');
		if (source.readyState === EventSource.CLOSED) {
			setTimeout(connect, 3000);
		}
	});
	source.addEventListener('message', (message) => {
		const change = JSON.parse(message.data);
		showChange(change, true);
		if (change.key.startsWith('mail:') || change.key.startsWith('receipt:')) {
			readMail();
		}
	});
	source.addEventListener('orders', readOrders);
	source.addEventListener('dropped', readAll);
}

function readAll() {
	readOrders();
	readAudit();
	readMail();
}

function connection(state) {
	byId('connection').dataset.state = state;
	byId('connection').textContent = state;
}

async function readAudit() {
	try {
		const response = await fetch('audit');
		if (response.ok) {
			const entries = (await response.json()).slice(0, FEED_ROWS).reverse();
			entries.forEach((entry) => showChange({ ...entry, occurredAt: entry.at }, false));
		}
	}
	catch {
		// the feed continues with the live changes
	}
}

function showChange(change, isNew) {
	if (shown.has(change.position)) {
		return;
	}
	shown.add(change.position);
	const feed = byId('feed');
	const element = document.createElement('li');
	element.dataset.type = change.type;
	element.dataset.at = change.occurredAt;
	element.dataset.position = change.position;
	element.classList.toggle('new', isNew);
	const time = append(element, 'time', '', clock(change.occurredAt, true));
	time.dateTime = change.occurredAt;
	append(element, 'span', 'type', change.type.replace('_', ' '));
	append(element, 'span', 'key', change.key).title = change.key;
	append(element, 'span', 'change', change.change.toLowerCase());
	const older = Array.from(feed.children).find((other) => Date.parse(other.dataset.at) <= Date.parse(change.occurredAt));
	feed.insertBefore(element, older ?? null);
	while (feed.children.length > FEED_ROWS) {
		shown.delete(feed.lastElementChild.dataset.position);
		feed.lastElementChild.remove();
	}
	byId('no-feed').hidden = true;
}

function append(parent, tag, className, text) {
	const child = document.createElement(tag);
	child.className = className;
	child.textContent = text;
	parent.append(child);
	return child;
}

function clock(instant, withMillis) {
	return new Date(instant).toLocaleTimeString('en-GB', withMillis ? { hour12: false, fractionalSecondDigits: 3,
		hour: '2-digit', minute: '2-digit', second: '2-digit' } : { hour12: false });
}

/* ---- listeners, and the mail server that one of them needs ---- */

const listenerRows = new Map();

function showListeners(listeners) {
	for (const [id, row] of listenerRows) {
		if (!listeners.some((listener) => listener.id === id)) {
			row.remove();
			listenerRows.delete(id);
		}
	}
	for (const listener of listeners) {
		showListener(listenerRows.get(listener.id) ?? newListenerRow(listener.id), listener);
	}
	byId('no-listeners').hidden = listeners.length > 0;
}

function newListenerRow(id) {
	const row = byId('listener-template').content.firstElementChild.cloneNode(true);
	row.dataset.listener = id;
	row.querySelector('th').textContent = id;
	const button = row.querySelector('.redrive');
	button.setAttribute('aria-label', 'Send the dead letters of ' + id + ' again');
	button.addEventListener('click', () => redrive(id, button));
	listenerRows.set(id, row);
	byId('listeners').append(row);
	return row;
}

function showListener(row, listener) {
	const cell = (name) => row.querySelector('.' + name);
	// null where Redis did not answer
	const known = (value) => value ?? '–';
	cell('state').textContent = listener.state.toLowerCase();
	cell('owner').textContent = ownerOf(listener);
	cell('lag').textContent = known(listener.lag);
	cell('attempts').textContent = listener.attempts;
	const letters = cell('dead-letters');
	if (listener.deadLetters > Number(letters.textContent)) {
		byId('announcer').textContent = 'Dead letters of ' + listener.id + ': ' + listener.deadLetters;
	}
	letters.textContent = known(listener.deadLetters);
	letters.classList.toggle('bad', listener.deadLetters > 0);
	cell('redrive').hidden = !listener.deadLetters;
}

function ownerOf(listener) {
	const here = listener.stats.partitions;
	if (here > 0) {
		return (here < listener.partitions.length) ? 'here and elsewhere' : 'here';
	}
	return listener.partitions.some((partition) => partition.owner) ? 'elsewhere' : 'nobody';
}

async function redrive(id, button) {
	button.disabled = true;
	const problem = await post('actuator/kvlisteners/' + encodeURIComponent(id), { action: 'redrive' });
	await readFigures();
	button.disabled = false;
	// the focus stays here, also when the button is gone
	(button.hidden ? byId('listeners-card') : button).focus();
	const left = button.closest('tr').querySelector('.dead-letters').textContent;
	byId('announcer').textContent = problem ? 'The dead letters of ' + id + ' could not be sent'
			: button.hidden ? 'All dead letters of ' + id + ' were sent' : 'Failed again, dead letters of ' + id + ': ' + left;
}

async function readMail() {
	try {
		const response = await fetch('mail');
		if (response.ok) {
			const mail = await response.json();
			byId('mail-up').checked = mail.up;
			byId('receipts-sent').textContent = mail.sent;
		}
	}
	catch {
		// read again once the event stream is back
	}
}

byId('mail-up').addEventListener('change', async (event) => {
	showProblem(await post('mail', { up: event.target.checked }));
	readMail();
});

/* ---- figures of hooks, expiry and listeners ---- */

async function pollFigures() {
	await readFigures();
	setTimeout(pollFigures, FIGURES_EVERY_MS);
}

async function readFigures() {
	try {
		const [hooks, expiry, listeners] = await Promise.all(['kvhooks', 'kvexpiry', 'kvlisteners'].map(readEndpoint));
		showHooks(hooks.hooks);
		showExpiry(expiry);
		showListeners(listeners.listeners);
	}
	catch {
		// keep what is shown; the next round retries
	}
}

async function readEndpoint(name) {
	return (await fetch('actuator/' + name)).json();
}

function showExpiry(expiry) {
	const { lateness } = expiry;
	const late = (value) => (value == null) ? '–' : value + ' ms';
	const figures = {
		tracked: expiry.tracked, overdue: expiry.overdue, delivered: expiry.delivered,
		pending: (expiry.pending == null) ? null : expiry.waiting + expiry.pending,
		p50: late(lateness.p50Millis), p99: late(lateness.p99Millis), max: late(lateness.maxMillis)
	};
	for (const [name, value] of Object.entries(figures)) {
		byId('expiry-' + name).textContent = value ?? '–';
	}
	byId('expiry-state').textContent = (expiry.storeReachable === false) ? 'Redis is not reached'
			: expiry.state.toLowerCase();
}

function showHooks(hooks) {
	byId('hooks').replaceChildren(...hooks.map(hookRow));
	byId('no-hooks').hidden = hooks.length > 0;
}

function hookRow(hook) {
	const row = document.createElement('tr');
	const { stats } = hook;
	row.dataset.hook = hook.id;
	append(row, 'th', '', hook.id).scope = 'row';
	append(row, 'td', '', receives(hook));
	append(append(row, 'td', '', ''), 'span', 'mode', mode(hook));
	append(row, 'td', 'number calls', stats.invocations);
	for (const count of [stats.failures, stats.timeouts, stats.dropped]) {
		append(row, 'td', (count > 0) ? 'number bad' : 'number', count);
	}
	append(row, 'td', 'number', millis(stats.meanMillis));
	append(row, 'td', 'number', millis(stats.maxMillis));
	append(row, 'td', '', stats.lastInvokedAt ? clock(stats.lastInvokedAt) : 'never');
	return row;
}

function receives(hook) {
	const some = hook.events?.length > 0 && hook.events.length < EVENT_TYPES;
	const events = some ? hook.events.join(', ') : 'every event';
	return hook.filter ? events + ' · ' + hook.filter : events;
}

function mode(hook) {
	if (!hook.enabled) {
		return 'off';
	}
	return hook.async ? 'async' : (hook.timeout ? 'sync, ' + hook.timeout : 'sync');
}

function millis(value) {
	return (value == null) ? '–' : Number(value).toFixed((value < 10) ? 2 : 0) + ' ms';
}

suggestId();
connect();
pollFigures();
