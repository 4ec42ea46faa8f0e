'use strict';
// Stands in for the CloudWatch console: invokes the reports, shows their HTML without scripts, and executes its
// `cwdb-action`s. The address holds the view: everything but `theme`, `width` and `zone` is a request.
const byId = (id) => document.getElementById(id);
const widget = byId('widget');
const popup = byId('popup');
const notice = byId('notice');
const CONTROLS = ['theme', 'width', 'zone'];
const systemIsDark = matchMedia('(prefers-color-scheme: dark)');

const address = () => new URLSearchParams(location.search);

// What the address asks for.
function request() {
  return Object.fromEntries([...address()].filter(([name]) => !CONTROLS.includes(name)));
}

// The address of a request, seen as this page is.
function addressOf(event) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(event))
    if (!(name === 'range' && value === 'dashboard')) query.set(name, value);
  for (const name of CONTROLS) if (address().get(name)) query.set(name, address().get(name));
  return `?${query}`;
}

const isDark = () => (address().get('theme') ? address().get('theme') === 'dark' : systemIsDark.matches);

function context() {
  const fields = {};
  for (const field of widget.querySelectorAll('input, select, textarea')) if (field.name) fields[field.name] = field.value;
  const zone = address().get('zone');
  return {
    dashboardName: 'laptop', widgetId: 'widget-1', accountId: '000000000000', locale: 'en',
    timezone: { label: 'UTC', offsetISO: '+00:00', offsetInMinutes: 0 },
    theme: isDark() ? 'dark' : 'light', linkCharts: true, title: 'Reports',
    forms: { all: fields }, params: zone ? { time_zone: zone } : {},
    width: Math.round(widget.getBoundingClientRect().width), height: 800,
  };
}

// What the console does not let through.
function cleaned(html) {
  const parsed = new DOMParser().parseFromString(html, 'text/html');
  for (const element of parsed.querySelectorAll('script, iframe, use, object, embed, link, meta')) element.remove();
  for (const element of parsed.querySelectorAll('*'))
    for (const { name, value } of [...element.attributes])
      if (/^on/i.test(name) || /^\s*javascript:/i.test(value)) element.removeAttribute(name);
  return [...parsed.head.childNodes, ...parsed.body.childNodes];
}

function show(answer, place) {
  if (typeof answer === 'string') place.replaceChildren(...cleaned(answer));
  else {
    const text = document.createElement('pre');
    text.textContent = answer && answer.markdown ? answer.markdown : JSON.stringify(answer, null, 2);
    place.replaceChildren(text);
  }
  for (const action of [...place.querySelectorAll('cwdb-action')]) wire(action);
  for (const table of place.querySelectorAll('table:not(.tcr-bars)')) makeSortable(table);
  for (const card of place.querySelectorAll('.tcr-card')) addDownload(card);
  document.documentElement.dataset.shown = Number(document.documentElement.dataset.shown || 0) + 1;
}

function wire(action) {
  const element = action.previousElementSibling;
  if (!element) return;
  if (action.getAttribute('action') === 'html') {
    element.addEventListener('click', () => {
      show(action.innerHTML, popup.lastElementChild);
      popup.showModal();
    });
    return;
  }
  const event = JSON.parse(action.textContent || '{}');
  const form = element.closest('form');
  if (form) {
    element.addEventListener('click', (click) => {
      click.preventDefault();
      const filled = withFields(event, form);
      if (filled) go(filled);
    });
    return;
  }
  // A link with an address of its own: a second tab and a bookmark work.
  const link = document.createElement('a');
  for (const { name, value } of element.attributes) if (name !== 'type') link.setAttribute(name, value);
  link.append(...element.childNodes);
  link.href = addressOf(event);
  link.addEventListener('click', (click) => {
    if (click.ctrlKey || click.metaKey || click.shiftKey || click.button !== 0) return;
    click.preventDefault();
    go(event);
  });
  element.replaceWith(link);
  action.remove();
}

// A request of a form with what its fields say in place of the words for it.
function withFields(event, form) {
  const filled = { ...event };
  const value = (name) => form.elements[name].value.trim();
  if (filled.find) {
    if (!value('find')) return form.elements.find.focus();
    filled.find = value('find');
    delete filled.report;
  }
  if (filled.range === 'chosen') {
    const empty = ['from', 'to'].find((name) => !value(name));
    if (empty) return form.elements[empty].focus();
    [filled.from, filled.to] = [value('from'), value('to')];
    delete filled.range;
  }
  return filled;
}

function go(event) {
  history.replaceState({ y: scrollY }, '');
  history.pushState({ y: 0 }, '', addressOf(event));
  refresh(0);
}

async function invoke(event) {
  const answer = await fetch('invoke', {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(event),
  });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return answer.json();
}

let newest = 0;

// Shows what the address asks for. With a place to scroll to, the focus goes to the heading, where a keyboard
// or a screen reader goes on.
async function refresh(y) {
  newest += 1;
  const own = newest;
  followControls();
  widget.setAttribute('aria-busy', 'true');
  let answer;
  try {
    answer = await invoke({ ...request(), widgetContext: context() });
  } catch (error) {
    if (own === newest) sayLost(error);
    return;
  }
  if (own !== newest) return;
  notice.hidden = true;
  popup.close();
  show(answer, widget);
  widget.setAttribute('aria-busy', 'false');
  const headings = [...widget.querySelectorAll('h2')].map((heading) => heading.textContent);
  byId('title').textContent = headings.join(': ');
  document.title = [...headings.slice().reverse(), 'Teams call records'].join(' · ');
  if (y === undefined) return;
  scrollTo(0, y);
  const heading = widget.querySelector('h2') || widget;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

function sayLost(error) {
  widget.setAttribute('aria-busy', 'false');
  notice.firstElementChild.textContent = `The reports do not answer (${error.message}). What is shown is from before. `
    + 'If teams-calls serve was ended or started anew, its address is another one: start it and open the address that it prints.';
  notice.hidden = false;
}

// The controls say what the address says.
function followControls() {
  for (const name of CONTROLS) {
    const [control, value] = [byId(name), address().get(name) || ''];
    if (![...control.options].some((option) => option.value === value)) control.add(new Option(value));
    control.value = value;
  }
  const width = address().get('width');
  widget.style.width = width ? `${Number(width)}px` : '';
  document.body.classList.toggle('dark', isDark());
  document.documentElement.style.colorScheme = isDark() ? 'dark' : 'light';
}

function control(name) {
  const query = address();
  if (byId(name).value) query.set(name, byId(name).value);
  else query.delete(name);
  // Another zone is for every link from now on.
  if (name === 'zone') query.delete('time_zone');
  history.replaceState({ y: scrollY }, '', `?${query}`);
  refresh();
}

// Sorts the rows that are shown.
function makeSortable(table) {
  const headers = [...table.querySelectorAll('thead th')];
  const body = table.tBodies[0];
  if (!body || body.rows.length < 2) return;
  headers.forEach((header, column) => {
    if (!header.textContent.trim() || header.querySelector('a, button, div')) return;
    const button = document.createElement('button');
    button.type = 'button';
    button.title = `${header.title ? `${header.title} ` : ''}Sorts the rows shown.`;
    header.removeAttribute('title');
    button.append(...header.childNodes);
    header.append(button);
    button.addEventListener('click', () => {
      const isUp = header.getAttribute('aria-sort') === 'descending';
      for (const other of headers) other.removeAttribute('aria-sort');
      header.setAttribute('aria-sort', isUp ? 'ascending' : 'descending');
      const rows = [...body.rows].map((row) => ({ row, key: keyOf(row.cells[column]) }));
      rows.sort((one, other) => compare(one.key, other.key, isUp ? 1 : -1));
      body.append(...rows.map(({ row }) => row));
    });
  });
}

// A number, a length of time in seconds, a text; none where nothing is known.
function keyOf(cell) {
  if (!cell) return null;
  if (cell.dataset.sort) return cell.dataset.sort;
  const text = cell.innerText.trim().toLowerCase();
  if (!text || text.startsWith('–')) return null;
  const [, hours, minutes, seconds] = text.match(/^(?:([\d\s]+) h)?\s*(?:(\d+) min)?\s*(?:(\d+) s)?$/) || [];
  if (hours || minutes || seconds)
    return Number((hours || '0').replace(/\s/g, '')) * 3600 + Number(minutes || 0) * 60 + Number(seconds || 0);
  const number = text.match(/^[<>+]?\s*(−?\d[\d\s]*(?:\.\d+)?)(?=$|[^\p{L}\d])/u);
  return number ? Number(number[1].replace(/\s/g, '').replace('−', '-')) : text;
}

function compare(one, other, up) {
  if (one === null || other === null) return (one === null) - (other === null);
  if (typeof one === typeof other && typeof one === 'number') return (one - other) * up;
  return String(one).localeCompare(String(other)) * up;
}

// A table as CSV: all of its rows where the reports have such a table, else what is shown.
function addDownload(card) {
  const [table, head] = [card.querySelector('table'), card.querySelector('.tcr-card-head')];
  if (!table || !head) return;
  const name = head.firstElementChild.textContent;
  let link;
  if (card.dataset.csv) {
    const { report, ...event } = JSON.parse(card.dataset.csv);
    const zone = address().get('zone');
    if (zone && !event.time_zone) event.time_zone = zone;
    link = document.createElement('a');
    link.href = `${report}.csv?${new URLSearchParams(event)}`;
    link.title = `“${name}” with all rows, for a spreadsheet`;
  } else {
    link = document.createElement('button');
    link.type = 'button';
    link.title = `“${name}” as it is shown, for a spreadsheet`;
    link.addEventListener('click', () => {
      const file = document.createElement('a');
      file.href = URL.createObjectURL(new Blob([`\ufeff${csv(table)}`], { type: 'text/csv' }));
      file.download = `${name.replace(/[^\p{L}\p{N}]+/gu, '-')}.csv`;
      file.click();
      URL.revokeObjectURL(file.href);
    });
  }
  link.className = 'tcr-link csv';
  link.textContent = 'CSV';
  head.insertBefore(link, head.children[1] || null);
}

function csv(table) {
  const cell = (element) => {
    let text = element.innerText.trim().replace(/\s*\n\s*/g, '; ');
    if (text === '–') text = '';
    if (/^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/u.test(text)) text = `'${text}`;
    return /[",;\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [...table.rows].map((row) => `${[...row.cells].map(cell).join(',')}\r\n`).join('');
}

const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
byId('zone').add(new Option('UTC', ''));
for (const zone of new Set([here, ...Intl.supportedValuesOf('timeZone')]))
  if (zone && zone !== 'UTC') byId('zone').add(new Option(zone));
for (const name of CONTROLS) byId(name).addEventListener('change', () => control(name));
byId('describe').addEventListener('click', async () => {
  try {
    show(await invoke({ describe: true }), popup.lastElementChild);
    popup.showModal();
  } catch (error) {
    sayLost(error);
  }
});
notice.lastElementChild.addEventListener('click', () => refresh());
systemIsDark.addEventListener('change', () => refresh());
history.scrollRestoration = 'manual';
addEventListener('popstate', (event) => refresh((event.state && event.state.y) || 0));
// Everything is on paper.
addEventListener('beforeprint', () => {
  for (const details of widget.querySelectorAll('details:not([open])')) [details.open, details.dataset.closed] = [true, 'yes'];
});
addEventListener('afterprint', () => {
  for (const details of widget.querySelectorAll('details[data-closed]')) details.open = false;
});
refresh();
