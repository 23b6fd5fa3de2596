// The whole console. Everything that comes from outside is shown with textContent, never as markup.
const BASE = new URL('.', import.meta.url);
const ANSWER_WITHIN_MS = 10_000;
const EVERY_MS = { hooks: 2000, listeners: 3000, letters: 5000, expiry: 2000, changes: 1000 };
const SLOWEST_MS = 8000;
const HOOKS_PAGE = 50;
const LISTENERS_PAGE = 20;
const LETTERS_PAGE = 50;
const FEED_ROWS = 200;
const REDRIVEN_AT_ONCE = 50;
const DISCARDED_AT_ONCE = 5000;
const CHART_MS = 10 * 60_000;
const SLOT_MS = 10_000;

const byId = (id) => document.getElementById(id);
const count = new Intl.NumberFormat('en');

/* ---- what stands in the page ---- */

function element(name, attributes = {}, ...children) {
	const made = document.createElement(name);
	for (const [attribute, value] of Object.entries(attributes)) {
		if (value !== null && value !== undefined && value !== false) {
			made.setAttribute(attribute, value);
		}
	}
	made.append(...children);
	return made;
}

function setText(target, text) {
	const shown = (text === null || text === undefined || text === '') ? '–' : String(text);
	if (target.textContent !== shown) {
		target.textContent = shown;
	}
}

function setAttribute(target, name, value) {
	if (target.getAttribute(name) !== value) {
		target.setAttribute(name, value);
	}
}

const number = (value) => (value === null || value === undefined) ? '–' : count.format(value);
const millis = (value) => (value === null || value === undefined) ? '–'
		: (value < 10 && value % 1 !== 0) ? value.toFixed(1) + ' ms' : count.format(Math.round(value)) + ' ms';
const clock = (time) => new Date(time).toLocaleTimeString('en-GB');
const simple = (name) => name ? name.slice(name.lastIndexOf('.') + 1) : name;

function moment(instant) {
	if (!instant) {
		return '–';
	}
	const time = new Date(instant);
	const today = time.toDateString() === new Date().toDateString();
	return (today ? '' : time.toLocaleDateString('en-CA') + ' ') + time.toLocaleTimeString('en-GB');
}

function age(since) {
	const seconds = Math.max(0, Math.round((Date.now() - since) / 1000));
	return (seconds < 120) ? seconds + ' s' : (seconds < 7200) ? Math.round(seconds / 60) + ' min'
			: Math.round(seconds / 3600) + ' h';
}

function badge(target, text, kind) {
	setText(target, text);
	setAttribute(target, 'class', 'badge ' + kind);
}

function figure(target, value, bad) {
	setText(target, number(value));
	setAttribute(target, 'class', (bad && value > 0) ? 'bad-figure' : '');
}

/** Rows by what they are about: those that stay are kept, so that nothing loses the focus when figures change. */
class Rows {

	constructor(body, create, update, empty) {
		this.body = body;
		this.create = create;
		this.update = update;
		this.rows = new Map();
		this.empty = element('tr', {}, element('td', { class: 'empty', colspan: '12' }, empty));
	}

	show(items, key) {
		const keys = new Set(items.map(key));
		const focused = document.activeElement?.closest('tr');
		const lost = this.body.contains(focused) && !keys.has(focused.dataset.key);
		const action = lost ? document.activeElement.dataset.action : null;
		const next = lost ? this.nextKept(focused, keys) : null;
		for (const [id, row] of this.rows) {
			if (!keys.has(id)) {
				row.remove();
				this.rows.delete(id);
			}
		}
		items.forEach((item, index) => this.place(key(item), item, index));
		this.showEmpty(items.length === 0);
		if (lost) {
			(next?.querySelector('[data-action="' + action + '"]') ?? byId('part-' + part).querySelector('h2')).focus();
		}
	}

	place(id, item, index) {
		let row = this.rows.get(id);
		if (!row) {
			row = this.create(item);
			row.dataset.key = id;
			this.rows.set(id, row);
		}
		this.update(row, item);
		if (this.body.rows[index] !== row) {
			const focused = row.contains(document.activeElement) ? document.activeElement : null;
			this.body.insertBefore(row, this.body.rows[index] ?? null);
			focused?.focus();
		}
	}

	nextKept(row, keys) {
		for (let other = row.nextElementSibling; other; other = other.nextElementSibling) {
			if (keys.has(other.dataset.key)) {
				return other;
			}
		}
		for (let other = row.previousElementSibling; other; other = other.previousElementSibling) {
			if (keys.has(other.dataset.key)) {
				return other;
			}
		}
		return null;
	}

	showEmpty(empty) {
		if (empty) {
			this.body.append(this.empty);
		}
		else {
			this.empty.remove();
		}
	}

}

let announcing;

function announce(sentence) {
	// emptied first, or the same sentence would not be read again
	byId('announcer').textContent = '';
	clearTimeout(announcing);
	announcing = setTimeout(() => byId('announcer').textContent = sentence, 100);
}

function problem(text) {
	byId('problem').textContent = text ?? '';
	byId('problem').hidden = !text;
}

/* ---- requests ---- */

// the CSRF token of Spring Security, which comes with each answer, or as a cookie
let csrf = null;
let serverNow = Date.now();

class Failure extends Error {

	constructor(message, status) {
		super(message);
		// 401: a refusal that is sent through a path of errors that needs a user, who isn't known there
		this.forbidden = status === 401 || status === 403;
	}

}

async function request(path, options = {}) {
	let response;
	try {
		response = await fetch(new URL(path, BASE), { redirect: 'manual', cache: 'no-store',
			signal: AbortSignal.timeout(options.method ? 120_000 : ANSWER_WITHIN_MS), ...options });
	}
	catch {
		throw new Failure('The server does not answer');
	}
	const header = response.headers.get('X-Kv-Console-Csrf-Header');
	csrf = header ? [header, response.headers.get('X-Kv-Console-Csrf-Token')] : csrf;
	serverNow = Date.parse(response.headers.get('Date')) || Date.now();
	if (response.type === 'opaqueredirect' || response.status === 401) {
		throw new Failure('You are not signed in any more: reload the page', response.status);
	}
	if (!response.ok) {
		throw new Failure(await reason(response), response.status);
	}
	return response.json();
}

async function reason(response) {
	try {
		const body = await response.json();
		return (response.status === 403 && !body.error) ? 'You are not permitted to do that'
				: body.error ?? body.detail ?? 'The server answers with ' + response.status;
	}
	catch {
		return (response.status === 403) ? 'You are not permitted to do that'
				: 'The server answers with ' + response.status;
	}
}

function read(path, parameters = {}) {
	const query = new URLSearchParams();
	for (const [name, value] of Object.entries(parameters)) {
		if (value !== null && value !== undefined && value !== '') {
			query.set(name, value);
		}
	}
	return request(path + (query.size > 0 ? '?' + query : ''));
}

/** Spring Security expects the token of the answer, or that of the cookie if it is set up for single-page applications. */
function csrfHeaders() {
	const cookie = document.cookie.split('; ').find((entry) => entry.startsWith('XSRF-TOKEN='));
	const headers = [csrf ? { [csrf[0]]: csrf[1] } : null,
		cookie ? { [csrf ? csrf[0] : 'X-XSRF-TOKEN']: decoded(cookie.slice('XSRF-TOKEN='.length)) } : null].filter(Boolean);
	return (headers.length > 0) ? headers : [{}];
}

async function write(path, body) {
	const tokens = csrfHeaders();
	for (const token of tokens) {
		try {
			return await request(path, { method: 'POST', body: JSON.stringify(body),
				headers: { 'Content-Type': 'application/json', 'X-Kv-Console': 'page', ...token } });
		}
		catch (error) {
			if (!error.forbidden || token === tokens.at(-1)) {
				throw error;
			}
		}
	}
}

/** Runs an action of a button, once at a time; what it returns is announced. */
async function act(button, action) {
	if (button.getAttribute('aria-disabled') === 'true') {
		return;
	}
	button.setAttribute('aria-disabled', 'true');
	try {
		const said = await action();
		problem(null);
		if (said) {
			announce(said);
		}
	}
	catch (error) {
		problem(error.message + '.');
	}
	finally {
		button.removeAttribute('aria-disabled');
	}
	await refresh();
}

/* ---- whether what is shown is current ---- */

const freshness = {};

function answered(name, storeError = null) {
	const known = freshness[name] ??= {};
	known.lost = storeError ? 'The store does not answer (' + simple(storeError) + ')' : null;
	known.failing = 0;
	known.at = storeError ? known.at : Date.now();
	showFreshness();
}

function failed(name, error) {
	const known = freshness[name] ??= {};
	known.lost = error.message;
	known.failing = (known.failing ?? 0) + 1;
	showFreshness();
}

function showFreshness() {
	const known = freshness[part] ?? {};
	const lost = known.lost;
	const asOf = known.at ? 'as of ' + clock(known.at) : 'not known';
	setAttribute(byId('part-' + part), 'data-stale', String(Boolean(lost)));
	setAttribute(byId('freshness'), 'data-state', lost ? 'stale' : known.at ? 'live' : 'loading');
	setText(byId('fresh-text'), lost ? 'stale: ' + asOf + (known.at ? ', ' + age(known.at) + ' ago' : '')
			: !known.at ? 'loading' : (part === 'doctor') ? asOf : held() ? 'held' : 'live');
	const sentence = lost ? lost + '. What is marked is ' + asOf + '.' : '';
	if (byId('stale').textContent !== sentence) {
		byId('stale').textContent = sentence;
	}
	byId('stale').hidden = !lost;
}

setInterval(showFreshness, 1000);

/* ---- which part is shown ---- */

const NAMES = ['hooks', 'listeners', 'letters', 'expiry', 'changes', 'doctor'];
let part = 'hooks';
let state = { parts: ['hooks'], writable: [], keys: false, values: false };
let timer;
let turn = 0;

const writable = (name) => state.writable.includes(name);

function route(focus) {
	const [wanted, argument] = location.hash.slice(1).split('/', 2);
	part = isThere(wanted) ? wanted : 'hooks';
	for (const name of NAMES) {
		byId('part-' + name).hidden = name !== part;
		const link = document.querySelector('[data-part="' + name + '"]');
		link.parentElement.hidden = !isThere(name);
		if (name === part) {
			link.setAttribute('aria-current', 'page');
			document.title = link.textContent + ' · kv-events console';
		}
		else {
			link.removeAttribute('aria-current');
		}
	}
	if (part === 'letters') {
		openLetters(decoded(argument ?? ''));
	}
	problem(null);
	showFreshness();
	if (focus) {
		byId(part + '-title').focus();
	}
	refresh();
}

function decoded(text) {
	try {
		return decodeURIComponent(text);
	}
	catch {
		return '';
	}
}

const isThere = (name) => state.parts.includes((name === 'letters') ? 'listeners' : name);

/** Reads what is shown now, and then again and again while somebody can see it. */
async function refresh() {
	clearTimeout(timer);
	const mine = ++turn;
	const name = part;
	try {
		await READERS[name]();
	}
	catch (error) {
		if (mine === turn) {
			failed(name, error);
		}
	}
	if (mine === turn && EVERY_MS[name] && !document.hidden) {
		const failing = freshness[name]?.failing ?? 0;
		timer = setTimeout(refresh, Math.min(SLOWEST_MS, EVERY_MS[name] * 2 ** Math.min(failing, 4)));
	}
}

document.addEventListener('visibilitychange', () => document.hidden ? clearTimeout(timer) : refresh());
addEventListener('hashchange', () => (location.hash === '#content') ? undefined : route(true));
byId('skip').addEventListener('click', (event) => {
	event.preventDefault();
	byId('content').focus();
});

/* ---- questions ---- */

function ask({ title, text, ok, field }) {
	const dialog = byId('dialog');
	setText(byId('dialog-title'), title);
	setText(byId('dialog-text'), text);
	setText(byId('dialog-ok'), ok);
	byId('dialog-field').hidden = !field;
	byId('dialog-input').value = field ?? '';
	return new Promise((resolve) => {
		dialog.returnValue = '';
		dialog.onclose = () => resolve((dialog.returnValue === 'ok') ? (field ? byId('dialog-input').value.trim() : true)
				: null);
		dialog.showModal();
		(field ? byId('dialog-input') : byId('dialog-cancel')).focus();
	});
}

byId('dialog-cancel').addEventListener('click', () => byId('dialog').close(''));
byId('dialog-form').addEventListener('submit', (event) => {
	event.preventDefault();
	byId('dialog').close('ok');
});

/* ---- pages ---- */

class Pager {

	constructor(target, size, name) {
		this.target = target;
		this.size = size;
		this.name = name;
		this.offset = 0;
		this.text = element('span');
		this.previous = element('button', { type: 'button' }, 'Previous');
		this.next = element('button', { type: 'button' }, 'Next');
		this.previous.setAttribute('aria-label', 'Previous page of ' + name);
		this.next.setAttribute('aria-label', 'Next page of ' + name);
		this.previous.addEventListener('click', () => this.move(-size));
		this.next.addEventListener('click', () => this.move(size));
		target.append(this.previous, this.next, this.text);
	}

	move(by) {
		if ((by < 0) ? this.offset > 0 : this.offset + this.size < this.matching) {
			this.offset = Math.max(0, this.offset + by);
			refresh().then(() => announce(this.text.textContent));
		}
	}

	show(matching) {
		this.matching = matching;
		if (this.offset > 0 && this.offset >= matching) {
			this.offset = Math.max(0, Math.floor((matching - 1) / this.size) * this.size);
			refresh();
		}
		const last = Math.min(matching, this.offset + this.size);
		setText(this.text, (matching === 0) ? 'No ' + this.name : number(this.offset + 1) + ' to ' + number(last) + ' of '
				+ number(matching));
		setAttribute(this.previous, 'aria-disabled', String(this.offset === 0));
		setAttribute(this.next, 'aria-disabled', String(last >= matching));
		this.target.hidden = matching <= this.size && this.offset === 0;
	}

}

/** Asks again when somebody has stopped typing. */
function onInput(input, pager) {
	let waiting;
	input.addEventListener('input', () => {
		clearTimeout(waiting);
		waiting = setTimeout(async () => {
			pager.offset = 0;
			await refresh();
			announce((pager.matching === 1) ? '1 found' : number(pager.matching) + ' found');
		}, 250);
	});
}

/* ---- figures ---- */

function showFigures(list, figures) {
	for (const [name, value, bad] of figures) {
		let entry = list.querySelector('[data-figure="' + name + '"]');
		if (!entry) {
			entry = element('div', { 'data-figure': name }, element('dt', {}, name), element('dd', {}, element('span')));
			list.append(entry);
		}
		const shown = entry.querySelector('span');
		setText(shown, (typeof value === 'number') ? number(value) : value);
		setAttribute(shown, 'class', (bad && value > 0) ? 'bad-figure' : '');
	}
}

/* ---- hooks ---- */

const hooksPager = new Pager(byId('hooks-pager'), HOOKS_PAGE, 'hooks');

const hookRows = new Rows(byId('hooks-rows'), (hook) => {
	const toggle = element('button', { type: 'button', class: 'switch', role: 'switch', 'data-action': 'enabled',
		'aria-label': hook.id + ' is enabled' });
	toggle.addEventListener('click', () => act(toggle, async () => {
		const wanted = toggle.getAttribute('aria-checked') !== 'true';
		const changed = await write('hooks', { id: hook.id, enabled: wanted });
		return hook.id + ' is ' + (changed.enabled ? 'enabled' : 'disabled');
	}));
	const where = hook.method ? hook.bean + ', ' + hook.method : 'registered at run time';
	return element('tr', {}, element('th', { scope: 'row' }, hook.id, element('small', {}, where)),
		element('td', {}, toggle, element('span', { class: 'badge', 'data-cell': 'enabled' })),
		element('td', { class: 'wide' }, element('span', { 'data-cell': 'events' }), element('small', { 'data-cell': 'mode' })),
		...['invocations', 'failures', 'timeouts', 'dropped', 'inFlight', 'meanMillis', 'maxMillis'].map((name) =>
			element('td', { class: 'number' }, element('span', { 'data-cell': name }))),
		element('td', { class: 'keep', 'data-cell': 'last' }), element('td', { class: 'wide', 'data-cell': 'error' }));
}, (row, hook) => {
	const cell = cells(row);
	const toggle = row.querySelector('.switch');
	toggle.hidden = !writable('hooks');
	setAttribute(toggle, 'aria-checked', String(hook.enabled));
	badge(cell.enabled, hook.enabled ? 'on' : 'off', hook.enabled ? 'good' : 'warn');
	cell.enabled.hidden = writable('hooks');
	setText(cell.events, hook.events.length === 6 ? 'all events' : hook.events.join(', '));
	setText(cell.mode, [hook.filter ?? 'all keys', hook.async ? 'asynchronous' : 'synchronous',
		...(hook.timeout ? ['timeout ' + hook.timeout] : []),
		...(hook.scope === 'EVERY_INSTANCE' ? ['every instance'] : [])].join(' · '));
	figure(cell.invocations, hook.stats.invocations);
	for (const name of ['failures', 'timeouts', 'dropped']) {
		figure(cell[name], hook.stats[name], true);
	}
	figure(cell.inFlight, hook.stats.inFlight);
	setText(cell.meanMillis, millis(hook.stats.meanMillis));
	setText(cell.maxMillis, millis(hook.stats.maxMillis));
	setText(cell.last, moment(hook.stats.lastInvokedAt));
	setText(cell.error, simple(hook.stats.lastError));
}, 'No hook is registered, or none matches.');

function cells(row) {
	return Object.fromEntries([...row.querySelectorAll('[data-cell]')].map((cell) => [cell.dataset.cell, cell]));
}

async function readHooks() {
	const page = await read('hooks', { query: byId('hooks-query').value, sort: byId('hooks-sort').value,
		offset: hooksPager.offset, limit: HOOKS_PAGE });
	answered('hooks');
	const totals = page.totals;
	showFigures(byId('hooks-totals'), [['Hooks', totals.hooks], ['Enabled', totals.enabled],
		['Calls', totals.invocations], ['Failed', totals.failures, true], ['Timed out', totals.timeouts, true],
		['Dropped', totals.dropped, true], ['In flight', totals.inFlight]]);
	hookRows.show(page.hooks, (hook) => hook.id);
	hooksPager.show(page.matching);
}

byId('hooks-sort').addEventListener('change', () => {
	hooksPager.offset = 0;
	refresh();
});
onInput(byId('hooks-query'), hooksPager);

/* ---- listeners: what comes from the store stays as it was while the store does not answer ---- */

const listenersPager = new Pager(byId('listeners-pager'), LISTENERS_PAGE, 'listeners');
const fleet = new Map();

const listenerRows = new Rows(byId('listeners-rows'), (listener) => {
	const button = (action, text) => {
		const made = element('button', { type: 'button', 'data-action': action, 'aria-label': text + ' ' + listener.id }, text);
		made.addEventListener('click', () => LISTENER_ACTIONS[action](made, listener.id));
		return made;
	};
	return element('tr', {}, element('th', { scope: 'row' }, listener.id, element('small', { 'data-cell': 'filter' })),
		element('td', {}, element('span', { 'data-cell': 'state' })),
		element('td', { class: 'number' }, element('span', { 'data-cell': 'lag' })),
		element('td', { class: 'number' }, element('a', { 'data-cell': 'letters', href: '#letters/' + encodeURIComponent(listener.id) })),
		element('td', { class: 'number' }, element('span', { 'data-cell': 'attempts' })),
		element('td', { class: 'mono wide', 'data-cell': 'owner' }), element('td', { class: 'mono', 'data-cell': 'checkpoint' }),
		element('td', { class: 'wide', 'data-cell': 'error' }),
		element('td', {}, element('div', { class: 'actions', 'data-cell': 'actions' }, button('pause', 'Pause'),
			button('resume', 'Resume'), button('seek', 'Seek')), element('span', { 'data-cell': 'none' }, '–')));
}, (row, listener) => {
	const cell = cells(row);
	const known = fleet.get(listener.id) ?? { partitions: [] };
	const paused = known.partitions.some((partition) => partition.paused) || listener.state === 'PAUSED';
	const name = paused ? 'paused' : listener.state.toLowerCase();
	badge(cell.state, name, paused ? 'warn' : (listener.state === 'RUNNING') ? 'good' : '');
	setText(cell.filter, listener.filter ?? 'all keys');
	figure(cell.lag, known.lag);
	setText(cell.letters, number(known.deadLetters));
	setAttribute(cell.letters, 'aria-label', number(known.deadLetters) + ' dead letters of ' + listener.id);
	figure(cell.attempts, listener.attempts, true);
	setText(cell.owner, [...new Set(known.partitions.map((partition) => owner(partition.owner)))].join(', '));
	showCheckpoints(cell.checkpoint, known.partitions);
	setText(cell.error, simple(listener.lastError));
	cell.actions.hidden = !writable('listeners');
	cell.none.hidden = writable('listeners');
	cell.actions.querySelector('[data-action="pause"]').setAttribute('aria-disabled', String(paused));
	cell.actions.querySelector('[data-action="resume"]').setAttribute('aria-disabled', String(!paused));
}, 'No listener is registered, or none matches.');

const owner = (id) => !id ? 'none' : (id === state.instance) ? 'this instance' : id;

function showCheckpoints(cell, partitions) {
	const some = partitions.slice(0, 3).map((partition) => partition.checkpoint ?? 'none');
	setText(cell, some.join('\n') + ((partitions.length > 3) ? '\n… ' + (partitions.length - 3) + ' more' : ''));
	cell.classList.add('value');
}

const LISTENER_ACTIONS = {
	pause: (button, id) => act(button, () => listenerAction(id, { action: 'pause' }, id + ' is paused')),
	resume: (button, id) => act(button, () => listenerAction(id, { action: 'resume' }, id + ' is resumed')),
	seek: async (button, id) => {
		const position = await ask({ title: 'Seek ' + id, field: 'latest', ok: 'Seek',
			text: 'Where it resumes in the whole fleet: earliest, latest, or the position of the first event to deliver, '
				+ 'such as 0:1700000000000-0. What it received already it receives again, or what it did not is left out.' });
		if (position) {
			await act(button, () => listenerAction(id, { action: 'seek', position }, id + ' resumes from ' + position));
		}
	}
};

async function listenerAction(id, body, said) {
	remember(await write('listeners', { id, ...body }));
	return said;
}

function remember(listener) {
	if (!listener.storeError) {
		fleet.set(listener.id, { lag: listener.lag, deadLetters: listener.deadLetters, partitions: listener.partitions });
	}
	return listener;
}

async function readListeners() {
	const page = await read('listeners', { query: byId('listeners-query').value, offset: listenersPager.offset,
		limit: LISTENERS_PAGE });
	page.listeners.forEach(remember);
	answered('listeners', page.listeners.map((listener) => listener.storeError).find(Boolean));
	listenerRows.show(page.listeners, (listener) => listener.id);
	listenersPager.show(page.matching);
}

onInput(byId('listeners-query'), listenersPager);

/* ---- dead letters ---- */

let letters = { listener: '', after: [], next: null, count: 0 };
let working = null;

const letterRows = new Rows(byId('letters-rows'), (entry) => {
	const id = entry.letter.id;
	const button = (action, text) => {
		const made = element('button', { type: 'button', 'data-action': action, 'aria-label': text + ' ' + id }, text);
		made.addEventListener('click', () => LETTER_ACTIONS[action](made, id));
		return made;
	};
	return element('tr', {}, element('th', { scope: 'row', class: 'mono' }, id, element('small', {}, 'position ' + entry.letter.position)),
		element('td', { class: 'mono wide', 'data-cell': 'key' }), element('td', { class: 'keep' }, entry.letter.type),
		element('td', { class: 'number' }, number(entry.letter.attempts)),
		element('td', { class: 'wide' }, entry.letter.error, element('small', { 'data-cell': 'message' })),
		element('td', { class: 'keep' }, moment(entry.letter.failedAt)),
		element('td', { class: 'values mono wide' }, element('div', { class: 'value', 'data-cell': 'value' })),
		element('td', {}, element('div', { class: 'actions', 'data-cell': 'actions' }, button('redrive', 'Redrive'),
			button('discard', 'Discard')), element('span', { 'data-cell': 'none' }, '–')));
}, (row, entry) => {
	const cell = cells(row);
	setText(cell.key, entry.letter.key ?? masked(entry.mask));
	setText(cell.message, entry.letter.message ?? '');
	cell.message.hidden = entry.letter.message === null;
	setText(cell.value, entry.value);
	cell.actions.hidden = !writable('listeners');
	cell.none.hidden = writable('listeners');
}, 'No dead letter.');

const masked = (mask) => 'hidden · ' + mask;

const LETTER_ACTIONS = {
	redrive: (button, letter) => act(button, async () => {
		const before = letters.count;
		const after = remember(await write('listeners', { id: letters.listener, action: 'redrive', letter, limit: 1 }));
		return (after.deadLetters < before) ? 'The letter was redriven' : 'The letter failed again: it is behind the others now';
	}),
	discard: async (button, letter) => {
		if (await ask({ title: 'Discard a dead letter', ok: 'Discard',
			text: 'Letter ' + letter + ' of ' + letters.listener + ' is deleted. Its event is not delivered again.' })) {
			await act(button, async () => {
				remember(await write('listeners', { id: letters.listener, action: 'discard', letter, limit: 1 }));
				return 'The letter was discarded';
			});
		}
	}
};

function openLetters(listener) {
	if (listener !== letters.listener) {
		letters = { listener, after: [], next: null, count: 0 };
		letterRows.show([], () => '');
		delete freshness.letters;
	}
}

async function readLetters() {
	const ids = (await read('ids')).listeners;
	showListenerIds(ids);
	if (!letters.listener && ids.length > 0) {
		letters.listener = ids.find((id) => fleet.get(id)?.deadLetters > 0) ?? ids[0];
	}
	byId('letters-listener').value = letters.listener;
	if (!letters.listener) {
		answered('letters');
		letterRows.show([], () => '');
		setText(byId('letters-count'), 'There is no listener.');
		return;
	}
	const asked = letters;
	const page = await read('letters', { listener: letters.listener, after: letters.after.at(-1), limit: LETTERS_PAGE });
	if (asked !== letters) {
		return;
	}
	answered('letters');
	letters.next = page.next;
	letters.count = page.count;
	letterRows.show(page.letters, (entry) => entry.letter.id);
	setText(byId('letters-count'), number(page.count) + (page.count === 1 ? ' dead letter' : ' dead letters') + ' in the fleet, '
			+ (letters.after.length > 0 ? 'page ' + (letters.after.length + 1) : 'the oldest first') + '.');
	showLettersPager();
}

function showListenerIds(ids) {
	const select = byId('letters-listener');
	const known = [...select.options].map((option) => option.value);
	if (known.length !== ids.length || known.some((id, index) => id !== ids[index])) {
		select.replaceChildren(...ids.map((id) => element('option', { value: id }, id)));
	}
}

byId('letters-listener').addEventListener('change', (event) => {
	// without a new entry in the history for each, and without taking the focus
	history.replaceState(null, '', '#letters/' + encodeURIComponent(event.target.value));
	openLetters(event.target.value);
	refresh();
});

const lettersPrevious = element('button', { type: 'button', 'aria-label': 'Previous page of dead letters' }, 'Previous');
const lettersNext = element('button', { type: 'button', 'aria-label': 'Next page of dead letters' }, 'Next');
byId('letters-pager').append(lettersPrevious, lettersNext);
lettersPrevious.addEventListener('click', () => turnLetters(letters.after.pop()));
lettersNext.addEventListener('click', () => turnLetters(letters.next && letters.after.push(letters.next)));

function turnLetters(moved) {
	if (moved) {
		letters.next = null;
		refresh().then(() => announce('Page ' + (letters.after.length + 1)));
	}
}

function showLettersPager() {
	setAttribute(lettersPrevious, 'aria-disabled', String(letters.after.length === 0));
	setAttribute(lettersNext, 'aria-disabled', String(!letters.next));
	byId('letters-pager').hidden = letters.after.length === 0 && !letters.next;
	byId('letters-bulk').hidden = !writable('listeners') || (letters.count === 0 && !working);
}

const redriveAll = element('button', { type: 'button', id: 'redrive-all' }, 'Redrive all');
const discardAll = element('button', { type: 'button', id: 'discard-all' }, 'Discard all');
const stop = element('button', { type: 'button', id: 'letters-stop' }, 'Stop');
stop.hidden = true;
byId('letters-bulk').append(redriveAll, discardAll, stop);
redriveAll.addEventListener('click', () => settleAll('redrive', REDRIVEN_AT_ONCE,
	'are sent to the handler of this instance again, one after the other'));
discardAll.addEventListener('click', () => settleAll('discard', DISCARDED_AT_ONCE,
	'are deleted. Their events are not delivered again'));
stop.addEventListener('click', () => working && (working.stopped = true));

/** In steps, so that each request is short and it can be stopped. Letters that fail again are behind the others then. */
async function settleAll(action, atOnce, what) {
	const listener = letters.listener;
	const total = letters.count;
	if (working || total === 0 || !await ask({ title: (action === 'redrive' ? 'Redrive' : 'Discard') + ' all',
		ok: (action === 'redrive') ? 'Redrive all' : 'Discard all',
		text: number(total) + (total === 1 ? ' dead letter' : ' dead letters') + ' of ' + listener + ' ' + what + '.' })) {
		return;
	}
	working = { stopped: false };
	showWorking(0);
	stop.focus();
	let left = total;
	try {
		for (let done = 0; done < total && !working.stopped; done += atOnce) {
			left = remember(await write('listeners', { id: listener, action, limit: Math.min(atOnce, total - done) })).deadLetters;
			showWorking(Math.min(total, done + atOnce) / total);
		}
		problem(null);
		announce((working.stopped ? 'Stopped, ' : 'Done, ') + number(left) + ' dead letters left');
	}
	catch (error) {
		problem(error.message + '.');
	}
	finally {
		working = null;
		showWorking(null);
		letters.after = [];
		byId('letters-title').focus();
	}
	await refresh();
}

function showWorking(progress) {
	stop.hidden = progress === null;
	redriveAll.hidden = discardAll.hidden = progress !== null;
	byId('letters-progress').hidden = progress === null;
	byId('letters-progress').value = progress ?? 0;
}

/* ---- expiry ---- */

let lastStatus = null;
let lateness = [];

const expiryRows = new Rows(byId('expiry-rows'), (partition) => element('tr', {},
	element('th', { scope: 'row' }, String(partition.partition)), element('td', { class: 'mono wide', 'data-cell': 'holder' }),
	element('td', { class: 'number', 'data-cell': 'tracked' }), element('td', { class: 'number', 'data-cell': 'overdue' }),
	element('td', { class: 'keep', 'data-cell': 'next' }), element('td', { class: 'number', 'data-cell': 'waiting' }),
	element('td', { class: 'mono wide', 'data-cell': 'pending' })), (row, partition) => {
	const cell = cells(row);
	setText(cell.holder, owner(partition.leaseHolder));
	setText(cell.tracked, number(partition.tracked));
	setText(cell.overdue, number(partition.overdue));
	setText(cell.next, moment(partition.nextDeadline));
	setText(cell.waiting, number(partition.waiting));
	setText(cell.pending, Object.entries(partition.pending).map(([id, pending]) => owner(id) + ': ' + number(pending)).join(', '));
}, 'Nothing is tracked, or the store was not asked.');

const latenessRows = new Rows(byId('chart-rows'), (slot) => element('tr', {},
	element('th', { scope: 'row' }, clock(Date.parse(slot.at))),
	...['count', 'p50', 'p99', 'max'].map((name) => element('td', { class: 'number', 'data-cell': name }))), (row, slot) => {
	const cell = cells(row);
	setText(cell.count, number(slot.count));
	setText(cell.p50, millis(slot.p50Millis));
	setText(cell.p99, millis(slot.p99Millis));
	setText(cell.max, millis(slot.maxMillis));
}, 'No expiry in the last ten minutes.');

async function readExpiry() {
	const page = await read('expiry');
	const expiry = page.expiry;
	if (expiry.storeReachable !== false) {
		lastStatus = expiry;
	}
	answered('expiry', (expiry.storeReachable === false) ? expiry.storeError : null);
	const status = lastStatus ?? expiry;
	showFigures(byId('expiry-figures'), [['Tracking', expiry.mode.toLowerCase() + ', ' + expiry.state.toLowerCase()],
		['Tracked', number(status.tracked)], ['Overdue', number(status.overdue)], ['Waiting', number(status.waiting)],
		['Pending', number(status.pending)], ['Next deadline', moment(status.nextDeadline)],
		['Delivered here', expiry.delivered], ['Redelivered here', expiry.redelivered],
		['Trimmed here', expiry.trimmed, true], ['Median lateness', millis(expiry.lateness.p50Millis)],
		['p99', millis(expiry.lateness.p99Millis)], ['Maximum', millis(expiry.lateness.maxMillis)]]);
	expiryRows.show(status.partitions, (partition) => String(partition.partition));
	lateness = page.lateness;
	latenessRows.show([...lateness].reverse(), (slot) => slot.at);
	drawChart();
}

const SVG = 'http://www.w3.org/2000/svg';

function drawing(name, attributes, text) {
	const made = document.createElementNS(SVG, name);
	for (const [attribute, value] of Object.entries(attributes)) {
		made.setAttribute(attribute, value);
	}
	made.textContent = text ?? '';
	return made;
}

function drawChart() {
	const width = Math.max(260, byId('chart').clientWidth);
	const height = 220;
	const left = 58;
	const bottom = height - 24;
	const top = scaleEnd(Math.max(1, ...lateness.map((slot) => slot.maxMillis)));
	const now = Math.max(serverNow, ...lateness.map((slot) => Date.parse(slot.at) + SLOT_MS));
	const x = (time) => left + (width - left - 8) * (1 - (now - time) / CHART_MS);
	const y = (value) => bottom - (bottom - 12) * value / top;
	const svg = drawing('svg', { viewBox: '0 0 ' + width + ' ' + height, role: 'img', 'aria-label': describeChart() });
	for (let step = 0; step <= 4; step++) {
		const value = top * step / 4;
		svg.append(drawing('line', { class: 'grid', x1: left, x2: width - 8, y1: y(value), y2: y(value) }),
			drawing('text', { x: left - 6, y: y(value) + 4, 'text-anchor': 'end' }, shortMillis(value)));
	}
	for (const minutes of [10, 5, 0]) {
		svg.append(drawing('text', { x: x(now - minutes * 60_000), y: height - 6,
			'text-anchor': (minutes === 10) ? 'start' : (minutes === 5) ? 'middle' : 'end' }, minutes ? '−' + minutes + ' min' : 'now'));
	}
	for (const name of ['max', 'p99', 'p50']) {
		drawSeries(svg, name, (slot) => [x(Date.parse(slot.at) + SLOT_MS / 2), y(slot[name + 'Millis'])]);
	}
	byId('chart').replaceChildren(svg);
}

/** A line through slots that follow one another; a slot alone is a mark. */
function drawSeries(svg, name, point) {
	let run = [];
	lateness.forEach((slot, index) => {
		run.push(point(slot).map((place) => place.toFixed(1)));
		const next = lateness[index + 1];
		if (!next || Date.parse(next.at) - Date.parse(slot.at) > SLOT_MS) {
			svg.append((run.length > 1) ? drawing('polyline', { class: 'line ' + name, points: run.map((place) => place.join(',')).join(' ') })
				: drawing('circle', { class: 'mark ' + name, cx: run[0][0], cy: run[0][1], r: 3 }));
			run = [];
		}
	});
}

function scaleEnd(highest) {
	const power = 10 ** Math.floor(Math.log10(highest));
	return [1, 2, 4, 8, 10].map((factor) => factor * power).find((end) => end >= highest) ?? 10 * power;
}

const shortMillis = (value) => (value >= 10_000) ? Math.round(value / 100) / 10 + ' s' : Math.round(value * 100) / 100 + ' ms';

function describeChart() {
	const last = lateness.at(-1);
	return !last ? 'No expiry in the last ten minutes' : 'Lateness, at ' + clock(Date.parse(last.at)) + ': median '
			+ millis(last.p50Millis) + ', 99th percentile ' + millis(last.p99Millis) + ', maximum ' + millis(last.maxMillis);
}

// shown for the first time, it has a width, too
let chartWidth = 0;
new ResizeObserver(([entry]) => {
	const width = entry.contentRect.width;
	if (width > 0 && width !== chartWidth) {
		chartWidth = width;
		drawChart();
	}
}).observe(byId('chart'));

/* ---- live feed ---- */

let feed = { id: null, last: 0, missed: 0 };
let changes = [];

const held = () => part === 'changes' && byId('changes-hold').getAttribute('aria-pressed') === 'true';

const changeRows = new Rows(byId('changes-rows'), (change) => element('tr', {},
	element('td', { class: 'keep' }, clock(Date.parse(change.at))),
	element('td', { class: 'keep' }, change.type), element('td', { class: 'keep' }, change.change.toLowerCase()),
	element('td', { class: 'mono wide key' }, change.key ?? masked(change.mask)),
	element('td', { class: 'mono wide' }, owner(change.origin)), element('td', { class: 'mono keep' }, change.position ?? '–'),
	element('td', { class: 'number' }, millis(change.latenessMillis))), () => undefined, 'Nothing has changed since you look.');

async function readChanges() {
	if (held()) {
		showFreshness();
		return;
	}
	const page = await read('changes', { feed: feed.id, number: feed.last });
	answered('changes', page.storeError);
	if (feed.id !== page.feed) {
		changes = [];
	}
	feed = { id: page.feed, last: page.last, missed: page.missed };
	changes = [...page.changes.reverse(), ...changes].slice(0, FEED_ROWS);
	changeRows.show(changes, (change) => String(change.number));
	setText(byId('changes-note'), (state.keys ? 'Values are never shown here.'
			: 'Keys are hidden: the same code is the same key until this instance restarts.') + ' The latest ' + FEED_ROWS
			+ ' changes' + (feed.missed > 0 ? '; ' + number(feed.missed) + ' came too fast to be shown' : '') + '.');
}

byId('changes-hold').addEventListener('click', (event) => {
	const hold = event.currentTarget.getAttribute('aria-pressed') !== 'true';
	event.currentTarget.setAttribute('aria-pressed', String(hold));
	refresh();
});

/* ---- doctor ---- */

const KINDS = { OK: 'good', NOT_APPLICABLE: '', UNKNOWN: 'warn', WARNING: 'warn', PROBLEM: 'bad' };
const ORDER = ['PROBLEM', 'WARNING', 'UNKNOWN', 'OK', 'NOT_APPLICABLE'];
const status = (name) => name.toLowerCase().replace('_', ' ');

async function readDoctor() {
	const report = await read('doctor');
	answered('doctor');
	setText(byId('doctor-summary'), 'The most serious finding: ' + status(report.status) + '. Examined at '
			+ clock(Date.parse(report.examinedAt)) + ' in ' + millis(report.millis) + '.');
	const sorted = [...report.checks].sort((one, other) => ORDER.indexOf(one.status) - ORDER.indexOf(other.status));
	byId('doctor-checks').replaceChildren(...sorted.map((check) => element('li', { 'data-check': check.id },
		element('h3', {}, check.id, element('span', { class: 'badge ' + KINDS[check.status] }, status(check.status))),
		element('p', {}, check.found), ...(check.fix ? [element('p', { class: 'fix' }, check.fix)] : []))));
}

// what it finds is read to the user, since the summary has the role of a status
byId('doctor-run').addEventListener('click', (event) => act(event.currentTarget, () => null));

/* ---- start ---- */

const READERS = { hooks: readHooks, listeners: readListeners, letters: readLetters, expiry: readExpiry,
	changes: readChanges, doctor: readDoctor };

async function start() {
	try {
		state = await read('state');
		setText(byId('instance'), 'Instance ' + state.instance);
		byId('access').hidden = state.writable.length > 0;
		document.body.classList.toggle('no-values', !state.values);
		route(false);
	}
	catch (error) {
		failed(part, error);
		setTimeout(start, 3000);
	}
}

byId('part-hooks').hidden = false;
start();
