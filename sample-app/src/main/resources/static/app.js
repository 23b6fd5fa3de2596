// The whole page. Everything that comes from outside is shown with textContent, never as markup.
const byId = (id) => document.getElementById(id);
const FEED_ROWS = 100;
const FIGURES_EVERY_MS = 2000;
const EVENT_TYPES = 6;
const ANSWER_WITHIN_MS = 5000;

/* ---- whether what is shown is current: what can't be read stays, and is marked ---- */

// undefined until known
const current = { events: undefined, orders: undefined, figures: undefined, store: undefined, mail: undefined };
let allCurrentAt = null;

function mark(found) {
	Object.assign(current, found);
	const lost = (...parts) => parts.some((part) => current[part] === false);
	markCards(lost);
	if (lost(...Object.keys(current))) {
		const why = lost('events', 'orders') ? 'The server does not answer'
				: lost('store') ? 'Redis is not reached' : 'Some figures can not be read';
		setText(byId('stale'), why + '. What is marked is '
				+ (allCurrentAt ? 'as of ' + clock(allCurrentAt) : 'not known') + '.');
		byId('stale').hidden = false;
	}
	else {
		allCurrentAt = Date.now();
		byId('stale').hidden = true;
		byId('stale').textContent = '';
		forgetOutage();
	}
}

function markCards(lost) {
	const cards = {
		'counts': lost('events', 'orders', 'store'), 'orders': lost('events', 'orders', 'store'),
		'feed-card': lost('events', 'store'), 'listeners-card': lost('figures', 'mail', 'store'),
		'expiry-card': lost('figures', 'store'), 'hooks-card': lost('figures')
	};
	for (const [id, stale] of Object.entries(cards)) {
		byId(id).dataset.stale = String(stale);
	}
}

async function read(path) {
	const response = await fetch(path, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
	if (!response.ok) {
		throw Object.assign(new Error(path + ' is answered by ' + response.status), { answered: true });
	}
	return response.json();
}

/* ---- one sentence for what happens in one moment, when nothing further has happened for a while ---- */

const ANNOUNCED_AFTER_MS = 700;
const ANNOUNCED_WITHIN_MS = 2500;
const NAMED = 5;

const sentences = [];
const changed = new Map();
let announcedBy = null;
let announcing;

function announce(sentence) {
	sentences.push(sentence);
	announceSoon();
}

function announceChange(before, order) {
	if (before && before.status !== order.status) {
		const status = order.status.toLowerCase();
		changed.set(status, [...(changed.get(status) ?? []), order.id]);
		announceSoon();
	}
}

function announceSoon() {
	const now = performance.now();
	announcedBy ??= now + ANNOUNCED_WITHIN_MS;
	clearTimeout(announcing);
	announcing = setTimeout(announceAll, Math.max(0, Math.min(ANNOUNCED_AFTER_MS, announcedBy - now)));
}

function announceAll() {
	const texts = [...changed].map(([status, ids]) => (ids.length === 1) ? 'Order ' + ids[0] + ' is ' + status
			: ids.length + ' orders are ' + status + ': ' + ids.slice(0, NAMED).join(', ')
				+ ((ids.length > NAMED) ? ' and ' + (ids.length - NAMED) + ' more' : ''));
	byId('announcer').textContent = [...texts, ...sentences].join('. ');
	sentences.length = 0;
	changed.clear();
	announcedBy = null;
}

/* ---- the focus is never lost ---- */

/**
 * A change may hide or remove what has the focus. Then the row that it was in has it, or, if that is gone too, the
 * next one. That is not a button: a key that is pressed twice must not pay for another order.
 */
function keepingFocus(change) {
	const had = document.activeElement;
	const row = had?.closest('.order');
	const candidates = row ? [had, row, ...siblings(row, 'nextElementSibling'),
			...siblings(row, 'previousElementSibling'), byId('orders')] : [];
	change();
	const target = candidates.find((candidate) => candidate.isConnected && candidate.getClientRects().length > 0);
	if (target && (target !== had || document.activeElement !== had)) {
		target.focus();
	}
}

function siblings(element, direction) {
	const found = [];
	for (let other = element[direction]; other; other = other[direction]) {
		found.push(other);
	}
	return found;
}

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
			const [orders, counts] = await Promise.all([read('orders'), read('counts')]);
			mark({ orders: true });
			keepingFocus(() => showOrders(orders));
			showCounts(counts);
		}
		catch {
			// they are read again with the figures
			mark({ orders: false });
		}
	} while (readAgain);
	reading = false;
}

function showOrders(orders) {
	const list = byId('order-list');
	const now = performance.now();
	const listed = new Set(orders.map((order) => order.id));
	for (const [id, row] of rows) {
		if (!listed.has(id)) {
			row.element.remove();
			rows.delete(id);
		}
	}
	orders.forEach((order, index) => {
		const row = rows.get(order.id) ?? newRow(order.id);
		announceChange(row.order, order);
		row.order = order;
		row.deadline = now + order.remainingMillis;
		showOrder(row, now);
		if (list.children[index] !== row.element) {
			list.insertBefore(row.element, list.children[index] ?? null);
		}
	});
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
		element, note: part('order-note'), countdown: part('countdown'), clock: part('clock'),
		timeLeft: part('time-left'), badge: part('badge'), pay: part('pay'), bar: part('bar'), order: null, deadline: 0,
		paying: false
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
	const known = byId('orders').dataset.stale !== 'true';
	row.clock.textContent = !known ? '–' : (left > 0) ? readable(left) : 'due';
	row.bar.hidden = !known;
	row.bar.value = Math.max(0, left / row.order.totalMillis);
	setText(row.timeLeft, known ? spoken(left) : 'time left is not known');
	// not 'disabled': that would take the focus away
	row.pay.setAttribute('aria-disabled', String(row.paying || left <= 0));
}

/** In steps, for those who have it read to them: it isn't announced, and changes less often than it is read. */
function spoken(left) {
	const seconds = Math.ceil(left / 1000);
	if (seconds <= 0) {
		return 'no time left';
	}
	if (seconds > 120) {
		return Math.ceil(seconds / 60) + ' minutes left to pay';
	}
	const step = (seconds > 10) ? 5 : 1;
	const shown = Math.ceil(seconds / step) * step;
	return shown + ((shown === 1) ? ' second' : ' seconds') + ' left to pay';
}

function setText(element, text) {
	if (element.textContent !== text) {
		element.textContent = text;
	}
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

setInterval(() => {
	const now = performance.now();
	for (const row of rows.values()) {
		if (row.order.status === 'PENDING') {
			countDown(row, now);
		}
	}
}, 100);

/* ---- placing and paying ---- */

const SERVICE_UNAVAILABLE = 503;
const SHOWN_AT_LEAST_MS = 4000;
let outageSince = null;

async function post(path, body, within = 2 * ANSWER_WITHIN_MS) {
	let response;
	try {
		response = await fetch(path, {
			method: 'POST',
			headers: body ? { 'Content-Type': 'application/json' } : {},
			body: body ? JSON.stringify(body) : undefined,
			signal: AbortSignal.timeout(within)
		});
	}
	catch {
		return { title: 'The server does not answer', status: SERVICE_UNAVAILABLE };
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
	outageSince = (problem?.status === SERVICE_UNAVAILABLE) ? Date.now() : null;
	if (errors.length > 0) {
		byId(errors[0].field)?.focus();
	}
}

/** What could not be done while the server was away can be done now. */
function forgetOutage() {
	if (outageSince && Date.now() - outageSince > SHOWN_AT_LEAST_MS) {
		showProblem(null);
	}
}

byId('place').addEventListener('submit', async (event) => {
	event.preventDefault();
	const expire = byId('expire').value;
	const order = { id: byId('id').value, expire: (expire === '') ? null : Number(expire) };
	const problem = await post('checkout', order);
	showProblem(problem);
	if (!problem) {
		announce('Order ' + order.id + ' is placed');
		if (byId('id').value === order.id) {
			// and not what was typed since
			suggestId();
		}
		readOrders();
	}
});

async function pay(row) {
	if (row.pay.getAttribute('aria-disabled') === 'true') {
		return;
	}
	row.paying = true;
	countDown(row, performance.now());
	showProblem(await post('checkout/' + encodeURIComponent(row.order.id) + '/pay'));
	row.paying = false;
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
		mark({ events: true });
		// whatever happened while nobody listened
		readAll();
	});
	source.addEventListener('error', () => {
		connection(navigator.onLine ? 'connecting' : 'offline');
		mark({ events: false });
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
		const entries = (await read('audit')).slice(0, FEED_ROWS).reverse();
		entries.forEach((entry) => showChange({ ...entry, occurredAt: entry.at }, false));
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

const REDRIVEN_WITHIN_MS = 60000;
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
	button.setAttribute('aria-label', 'Redrive the dead letters of ' + id);
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
		announce('Dead letters of ' + listener.id + ': ' + listener.deadLetters);
	}
	letters.textContent = known(listener.deadLetters);
	letters.classList.toggle('bad', listener.deadLetters > 0);
	const button = cell('redrive');
	const focused = document.activeElement === button;
	button.hidden = !listener.deadLetters;
	if (focused && button.hidden) {
		byId('listeners-card').focus();
	}
}

function ownerOf(listener) {
	const here = listener.stats.partitions;
	if (here > 0) {
		return (here < listener.partitions.length) ? 'here and elsewhere' : 'here';
	}
	return listener.partitions.some((partition) => partition.owner) ? 'elsewhere' : 'nobody';
}

async function redrive(id, button) {
	if (button.getAttribute('aria-disabled') === 'true') {
		return;
	}
	button.setAttribute('aria-disabled', 'true');
	const problem = await post('actuator/kvlisteners/' + encodeURIComponent(id), { action: 'redrive' }, REDRIVEN_WITHIN_MS);
	await readFigures();
	button.setAttribute('aria-disabled', 'false');
	const left = button.closest('tr').querySelector('.dead-letters').textContent;
	announce(problem ? 'The dead letters of ' + id + ' could not be redriven'
			: button.hidden ? 'All dead letters of ' + id + ' were redriven'
			: 'Failed again, dead letters of ' + id + ': ' + left);
}

async function readMail() {
	try {
		const mail = await read('mail');
		byId('mail-up').checked = mail.up;
		byId('receipts-sent').textContent = mail.sent;
		mark({ mail: true });
	}
	catch {
		// it is read again with the figures
		mark({ mail: false });
	}
}

byId('mail-up').addEventListener('change', async (event) => {
	showProblem(await post('mail', { up: event.target.checked }));
	readMail();
});

/* ---- figures of hooks, expiry and listeners ---- */

async function pollFigures() {
	await readFigures();
	if (current.figures && current.events !== false && (current.orders === false || current.mail === false)) {
		readAll();
	}
	setTimeout(pollFigures, FIGURES_EVERY_MS);
}

async function readFigures() {
	try {
		const [hooks, expiry, listeners] = await Promise.all(['kvhooks', 'kvexpiry', 'kvlisteners']
			.map((name) => read('actuator/' + name)));
		showHooks(hooks.hooks);
		showExpiry(expiry);
		showListeners(listeners.listeners);
		mark({ figures: true, store: expiry.storeReachable !== false });
	}
	catch (failure) {
		// what is shown stays, and the next round retries; a server that hangs doesn't end the event stream
		mark(failure.answered ? { figures: false } : { figures: false, orders: false });
	}
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
