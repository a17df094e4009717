'use strict';
// The page of orchestrator serve (orchestrator-serve(1)).  The output of agents is only ever shown as text.
const $ = id => document.getElementById(id);
const MAX = 1 << 20;		// characters of a log that are kept
const words = { question: 'question', stopped: 'stopped', stuck: 'stuck', running: 'running', ready: 'ready', over: 'over' };
const tabs = { log: 'Log', diff: 'Change', council: 'Council', questions: 'Questions' };
let token = '', all = [], open = null, tab = 'log', logTo = 0, loading = false, stale = false, asked = 0, reading = 0, again = false;
let shown = {};		// the change that is shown: its session, and its commit

// Control characters and bidirectional controls are shown as escapes.
const plain = s => String(s ?? '').replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u115f\u1160\u3164\uffa0\p{Cf}\p{Zl}\p{Zp}]/gu,
    c => '\\u' + c.codePointAt(0).toString(16).padStart(4, '0'));
function put(element, text) {
	text = plain(text);
	if (element.textContent !== text) element.textContent = text;
	return element;
}
function make(name, text, attributes) {
	const e = document.createElement(name);
	if (text !== undefined) put(e, text);
	for (const [k, v] of Object.entries(attributes ?? {})) e.setAttribute(k, v);
	return e;
}
const pause = ms => new Promise(r => setTimeout(r, ms));
const say = text => put($('said'), text);

// The token is sent only in a header, and is removed from the address bar.
function takeToken() {
	const given = location.hash.slice(1);
	if (/^[a-z0-9]{40,}$/.test(given)) {
		sessionStorage.setItem('token', given);
		history.replaceState(null, '', '/');
	}
	token = sessionStorage.getItem('token') ?? '';
}
function ask(path, body) {
	const headers = token ? { Authorization: 'Bearer ' + token } : {};
	if (body === undefined) return fetch(path, { headers });
	headers['Content-Type'] = 'application/json';
	return fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
}
async function read(path) {
	const reply = await ask(path), value = await reply.json();
	if (!reply.ok && value.text === undefined) throw new Error(value.error ?? reply.statusText);
	return value;
}
const path = (id, what) => '/api/sessions/' + encodeURIComponent(id) + (what ? '/' + what : '');

// Runs a command, and shows its last line.
async function act(session, what, body) {
	say(what + ' ' + session.name + ' ...');
	try {
		const reply = await ask(path(session.session, what), body), value = await reply.json();
		const text = (value.text ?? value.error ?? '').trim();
		say(reply.ok ? text.split('\n').pop() || what + ' ' + session.name + ': done' : text);
		return reply.ok;
	} catch (e) {
		say(what + ': ' + e.message);
		return false;
	}
}

const age = at => {
	const m = at ? Math.floor((Date.now() - Date.parse(at)) / 60000) : NaN;
	return isNaN(m) ? '' : m < 1 ? '<1m' : m < 60 ? m + 'm' : m < 2880 ? Math.floor(m / 60) + 'h' : Math.floor(m / 1440) + 'd';
};
const since = s => age(s.ended_at ?? s.created_at);

// Existing lines are reused, so that focus and selection stay.
function fill(list, entries, key, create, update) {
	const old = new Map([...list.children].map(e => [e.dataset.key, e]));
	entries.forEach((entry, i) => {
		const e = old.get(key(entry)) ?? create(entry);
		old.delete(e.dataset.key = key(entry));
		update(e, entry);
		if (list.children[i] !== e) list.insertBefore(e, list.children[i] ?? null);
	});
	old.forEach(e => e.remove());
}
function createLine(s) {
	const line = make('li'), button = make('button', '', { type: 'button' });
	button.onclick = () => show(line.dataset.key);
	line.append(make('span', '', { class: 'word' }), button, make('span'), make('span', '', { class: 'soft' }), make('span', '', { class: 'note' }));
	return line;
}
function updateLine(line, s) {
	const [word, button, at, old, note] = line.children;
	line.className = s.urgency + (s.session === open ? ' open' : '');
	put(word, words[s.urgency]);
	put(button, s.name);
	put(at, s.at);
	put(old, since(s));
	put(note, s.note ?? '');
}
function createStream() {
	const line = make('li');
	line.append(make('span', '', { class: 'word' }), make('progress', undefined, { max: 100 }), make('span', '', { class: 'soft' }));
	return line;
}
function updateStream(line, s) {
	put(line.children[0], s.streamId + (s.streamName === s.streamId ? '' : ' (' + s.streamName + ')'));
	line.children[1].value = s.progressPercentage;
	line.children[1].setAttribute('aria-label', plain(s.streamId));
	put(line.children[2], `${s.streamPhase}, ${s.completedTasks}/${s.totalTasks} tasks, ${s.status}` +
	    (s.waitsFor.length ? ', waits for ' + s.waitsFor.join(', ') : ''));
}
function drawList() {
	const only = $('filter').value.toLowerCase();
	const some = all.filter(s => !only || [s.name, s.at, s.note, s.status].some(t => (t ?? '').toLowerCase().includes(only)));
	fill($('list'), some, s => s.session, createLine, updateLine);
	$('none').hidden = all.length > 0;
}
function drawHead(v) {
	const c = v.counts, n = c.questions + c.stopped + c.stuck;
	document.title = (n ? '(' + n + ') ' : '') + v.repository + ' - orchestrator';
	put($('repository'), v.repository);
	$('bar').hidden = v.total === 0;
	$('bar').max = v.total || 1;
	$('bar').value = v.done;
	put($('head'), (v.total ? `${v.done}/${v.total} ${v.lists ? 'done' : 'merged'}; ` : '') + (!v.executing ? 'execute is not running' :
	    v.lists ? 'execute works on ' + v.lists : 'execute attends the sessions'));
	put($('counts'), `${n} need${n === 1 ? 's' : ''} you, ${c.running} running, ${c.ready} ready to merge, ${c.over} over`);
	$('alerts').hidden = v.alerts.length === 0;
	$('alerts').replaceChildren(...v.alerts.map(a => make('li', a)));
}
// Changes during a turn are read by one more turn; the pause keeps the page idle most of the time.
async function load() {
	stale = true;
	if (loading) return;
	loading = true;
	try {
		for (let began; stale; await pause(5 * (performance.now() - began))) {
			began = performance.now();
			stale = false;
			const v = await read('/api/sessions' + ($('all').checked ? '?all=true' : ''));
			all = v.sessions;
			drawHead(v);
			drawList();
			const streams = (await read('/api/streams')).streams;
			$('streams').hidden = streams.length === 0;
			fill($('streamlist'), streams, s => s.streamId, createStream, updateStream);
			await drawOne();
		}
	} catch (e) {
		say(e.message);
	}
	loading = false;
}

// The open session: its questions, its actions, and a text.
const session = () => all.find(s => s.session === open);
function field(form, label, name) {
	const l = make('label', label + ' '), input = make('input', undefined, { type: 'text', name, autocomplete: 'off', required: '' });
	l.append(input);
	form.append(l);
}
function questionForm(s, q) {
	const form = make('form', undefined, { 'aria-label': 'question' });
	if (q.options.length) {
		const set = make('fieldset');
		set.append(make('legend', q.question));
		q.options.forEach(o => {
			const l = make('label'), input = make('input', undefined, { type: 'radio', name: 'answer', required: '' });
			input.value = o;
			l.append(input, make('span', ' ' + o));
			set.append(l);
		});
		form.append(set);
	} else {
		form.append(make('p', q.id ? q.question : 'It is blocked: ' + q.question));
		field(form, 'Answer', 'answer');
	}
	form.append(make('button', 'Answer ' + s.name, { type: 'submit' }));
	form.onsubmit = e => {
		const answer = new FormData(form).get('answer');
		e.preventDefault();
		act(s, 'answer', q.id ? { question: q.id, answer } : { blocked: q.question, answer });
	};
	return form;
}
function tellForm(s) {
	const form = make('form', undefined, { 'aria-label': 'message' });
	field(form, 'Tell the agent', 'text');
	form.append(make('button', 'Tell ' + s.name, { type: 'submit' }));
	form.onsubmit = async e => {
		e.preventDefault();
		if (await act(s, 'tell', { text: form.text.value })) form.reset();
	};
	return form;
}
function mergeForm(s) {
	const form = make('form', undefined, { 'aria-label': 'merge' });
	form.append(make('button', 'Merge ' + s.name, { type: 'submit' }));
	form.onsubmit = e => {
		e.preventDefault();
		act(s, 'merge', { head: shown.session === s.session ? shown.head : s.head ?? '' });
	};
	return form;
}
async function drawOne() {
	const s = session(), forms = [];
	if (!s) { $('acts').replaceChildren(); return; }
	put($('title'), s.name);
	put($('state'), [s.at, since(s), s.note, s.branch, s.worktree].filter(t => t).join(' \u00b7 '));
	const questions = token ? (await read('/api/questions')).questions.filter(q => q.session === s.session) : [];
	if (open !== s.session) return;		// another one was opened meanwhile
	questions.forEach(q => forms.push({ key: 'q:' + q.id + ' ' + q.question, make: () => questionForm(s, q) }));
	if (token && s.urgency === 'running') forms.push({ key: 'tell', make: () => tellForm(s) });
	if (token && s.urgency === 'ready') forms.push({ key: 'merge ' + s.head, make: () => mergeForm(s) });
	fill($('acts'), forms.map(f => ({ ...f, key: s.session + ' ' + f.key })), f => f.key, f => f.make(), () => {});
	$('asleep').hidden = token !== '';
	if (tab === 'diff' && shown.session === s.session && shown.head !== (s.head ?? '')) {
		say(s.name + ': the work has changed; its change was read again');
		drawText();
	}
}
function lines(text) {
	const class_ = l => l.startsWith('@@') ? 'hunk' : /^\+/.test(l) ? 'add' : /^-/.test(l) ? 'del' : '';
	const list = text.split('\n');
	if (list.length > 20000) return [document.createTextNode(plain(text))];
	return list.map(l => class_(l) ? make('span', l + '\n', { class: class_(l) }) : document.createTextNode(plain(l) + '\n'));
}
function councilText(r) {
	const out = [`verdict: ${r.verdict}${r.decided_by ? ' by ' + r.decided_by : ''}${r.commit ? ', commit ' + r.commit : ''}`];
	for (const o of r.opinions ?? []) out.push('', `${o.role}, round ${o.round}: ${o.verdict} (${o.how})`, o.findings ?? '');
	for (const g of r.gates ?? []) out.push('', `gate ${g.name}, round ${g.round}: ${g.outcome}`, '$ ' + g.command, g.output ?? '');
	for (const f of r.flagged ?? []) out.push('', 'flagged: ' + f);
	return out.join('\n');
}
function questionsText(r) {
	const list = r.questions?.questions ?? [];
	return list.length === 0 ? 'no questions' : list.map(q => [`${q.id}  ${q.role ?? ''}, ${q.status}`, q.question ?? q.text ?? '',
	    ...(q.options ?? []).map((o, i) => `  ${i + 1}) ${o}`), q.answer ? `answer by ${q.by}: ${q.answer}` : ''].join('\n')).join('\n\n');
}
// Appends the new part of a log; scrolls with it while the end is visible.
async function readLog(turn) {
	const pre = $('text');
	for (;;) {
		const r = await read(path(open, 'log') + (logTo ? '?from=' + logTo : ''));
		if (turn !== asked) return;
		if (r.size < logTo) { logTo = 0; pre.replaceChildren(); continue; }
		const follows = pre.scrollTop + pre.clientHeight > pre.scrollHeight - 40;
		pre.append(plain(r.text));
		logTo = r.to;
		if (pre.textContent.length > MAX) pre.textContent = pre.textContent.slice(-MAX / 2);
		if (follows) pre.scrollTop = pre.scrollHeight;
		if (r.text === '' || r.to >= r.size) return;
	}
}
// One read at a time, or lines would be shown twice.
async function more(turn) {
	again = reading === turn;
	if (again) return;
	reading = turn;
	try {
		do {
			again = false;
			await readLog(turn);
		} while (again && turn === asked);
	} finally {
		if (reading === turn) reading = 0;
	}
}
async function drawText() {
	const pre = $('text'), turn = ++asked;
	for (const b of $('tabs').children) b.setAttribute('aria-pressed', b.dataset.tab === tab);
	pre.setAttribute('aria-label', plain(tabs[tab] + ' of ' + (session()?.name ?? open)));
	logTo = 0;
	put(pre, tab === 'log' ? '' : '...');
	try {
		if (tab === 'log') { await more(turn); pre.scrollTop = pre.scrollHeight; return; }
		const r = await read(path(open, tab === 'questions' ? '' : tab));
		if (turn !== asked) return;
		if (tab === 'diff') {
			pre.replaceChildren(...lines(r.text + (r.cut ? '\n(cut)' : '')));
			shown = { session: r.session, head: r.head ?? '' };
		} else put(pre, tab === 'council' ? councilText(r) : questionsText(r));
	} catch (e) {
		if (turn === asked) put(pre, e.message);
	}
}
async function show(id) {
	open = id;
	$('acts').replaceChildren();
	$('one').hidden = false;
	drawList();
	await drawOne().catch(e => say(e.message));
	$('one').focus();
	$('one').scrollIntoView({ block: 'nearest' });
	drawText();
}
function close() {
	const line = [...$('list').children].find(e => e.dataset.key === open);
	open = null;
	asked++;
	$('one').hidden = true;
	drawList();
	line?.querySelector('button').focus();
}

// Server-sent events, read with fetch(), since EventSource cannot send the token.
function changed(data) {
	load();
	if (open && (data.sessions ?? []).includes(open)) {
		if (tab === 'log') more(asked).catch(e => say(e.message));
		else if (tab !== 'diff') drawText();
	}
}
async function follow() {
	let rest = '', lost = false;
	for (;;) {
		try {
			const reply = await ask('/api/events');
			if (!reply.ok) throw new Error((await reply.json()).error);
			const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
			if (lost) say('connected again');
			load();
			for (let part; !(part = await reader.read()).done;) {
				const events = (rest + part.value).split('\n\n');
				rest = events.pop();
				for (const e of events)
					if (e.includes('event: change')) changed(JSON.parse(e.match(/^data: (.*)$/m)[1]));
			}
			throw new Error('the connection ended');
		} catch (e) {
			rest = '';
			lost = true;
			say(e.message + '; trying again');
		}
		await pause(1000);
	}
}

takeToken();
window.addEventListener('hashchange', () => { takeToken(); load(); });
for (const [id, title] of Object.entries(tabs)) {
	const b = make('button', title, { type: 'button', 'aria-pressed': 'false' });
	b.dataset.tab = id;
	b.onclick = () => { tab = id; drawText(); };
	$('tabs').append(b);
}
$('filter').oninput = drawList;
$('all').onchange = load;
$('close').onclick = close;
document.onkeydown = e => { if (e.key === 'Escape' && open) close(); };
setInterval(drawList, 60000);	// updates the ages
follow();
