// Taking a quiz. Each answer is saved as it is given; what cannot be sent waits here, survives a reload, and is sent when the
// connection is back. The clock is the server's: this page only counts down what the server said was left.
const root = document.querySelector("[data-quiz]");
const form = root.querySelector("[data-answers]");
const words = root.dataset;
const news = root.querySelector("[data-news]");
const store = `quiz:${words.quiz}`;
const TYPING_MS = 700;
const RETRY_FIRST_MS = 1000;
const RETRY_MAX_MS = 15_000;
const ASK_EVERY_MS = 60_000;
const MARKS = [
  [5 * 60_000, words.five],
  [60_000, words.one],
];

// What waits: from the number of a question to its fields, as they are sent.
const waiting = new Map();
let sending = false;
let retryMs = RETRY_FIRST_MS;
let retryTimer;
let pause;
let refused = "";
let over = false;

const section = (position) => document.getElementById(`q${position}-box`);
const say = (text) => {
  const shown = root.querySelector("[data-state-text]");
  if (shown) shown.textContent = text;
};

function remember() {
  try {
    const kept = [...waiting].map(([position, fields]) => [position, fields, section(position).dataset.revision]);
    if (kept.length) localStorage.setItem(store, JSON.stringify(kept));
    else localStorage.removeItem(store);
  } catch {
    // a browser that keeps nothing: then only this page does
  }
}

function fieldsOf(box) {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (name === `q${box.dataset.position}` || name.startsWith(`q${box.dataset.position}-`)) fields.append(name, value);
  }
  return fields.toString();
}

// Kept here at once, sent when the writing pauses: closing the page in between loses nothing.
function note(box, afterMs = 0) {
  waiting.set(box.dataset.position, fieldsOf(box));
  remember();
  say(words.saving);
  clearTimeout(pause);
  pause = setTimeout(send, afterMs);
}

async function send() {
  if (sending || over || !waiting.size) return;
  sending = true;
  refused = "";
  clearTimeout(retryTimer);
  try {
    while (waiting.size && !over) {
      const [position, fields] = waiting.entries().next().value;
      await sendOne(position, fields);
    }
    retryMs = RETRY_FIRST_MS;
    if (!over) say(refused || words.saved);
  } catch {
    say(words.offline);
    retryTimer = setTimeout(send, retryMs);
    retryMs = Math.min(retryMs * 2, RETRY_MAX_MS);
  } finally {
    sending = false;
  }
}

async function sendOne(position, fields) {
  const box = section(position);
  const body = new URLSearchParams(fields);
  body.append("revision", box.dataset.revision);
  const answer = await fetch(`${words.href}/answers/${position}`, { method: "POST", body, headers: { accept: "application/json" } });
  if (answer.status >= 500 || answer.status === 429) throw new Error("later");
  const said = await answer.json();
  // Changed while it was on its way: the newer one is sent next.
  if (waiting.get(position) === fields) waiting.delete(position);
  remember();
  const error = box.querySelector("[data-error]");
  error.hidden = answer.ok;
  error.textContent = answer.ok ? "" : said.detail;
  if (answer.ok) {
    box.dataset.revision = said.revision;
    box.querySelector("[data-known]").value = said.revision;
    mark(position, said.answered);
    if (said.left_ms !== null) setClock(said.left_ms);
  } else {
    refused = said.detail;
    news.textContent = said.detail;
    if (said.over) finish();
  }
}

function mark(position, answered) {
  const number = root.querySelector(`[data-number="${position}"]`);
  number.classList.toggle("is-answered", answered);
  number.querySelector("[data-answered]").textContent = answered ? form.dataset.answeredWord : "";
}

// The clock.
let endsAt = null;
const clock = root.querySelector("[data-clock]");
const left = () => endsAt - performance.now();
function setClock(leftMs) {
  endsAt = performance.now() + leftMs;
}
function tick() {
  if (endsAt === null || over) return;
  const ms = Math.max(left(), 0);
  const seconds = Math.ceil(ms / 1000);
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  clock.textContent = hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
  root.querySelector(".quiz-bar")?.classList.toggle("is-late", ms <= MARKS[1][0]);
  for (const [at, sentence] of MARKS) {
    if (ms <= at && ms > at - 1500 && news.textContent !== sentence) news.textContent = sentence;
  }
  if (ms === 0) timeIsOver();
}

async function timeIsOver() {
  say(words.over);
  news.textContent = words.over;
  clearTimeout(pause);
  await send();
  finish();
}

// The server hands in by itself; this page asks until it has, and then shows the result.
async function finish() {
  if (over) return;
  over = true;
  try {
    localStorage.removeItem(store);
  } catch {
    // nothing was kept
  }
  for (const control of form?.querySelectorAll("input, select, textarea, button") ?? []) control.disabled = true;
  for (;;) {
    try {
      const answer = await fetch(`${words.href}/submit`, { method: "POST", redirect: "follow" });
      if (answer.ok) return location.assign(words.href);
    } catch {
      say(words.offline);
    }
    await new Promise((done) => setTimeout(done, RETRY_FIRST_MS * 3));
  }
}

async function askTime() {
  try {
    const answer = await fetch(`${words.href}/time`, { headers: { accept: "application/json" } });
    if (!answer.ok) return;
    const said = await answer.json();
    if (!said.running) finish();
    else if (said.left_ms !== null) setClock(said.left_ms);
  } catch {
    // without a connection the page goes on counting
  }
}

if (words.leftMs !== undefined) {
  setClock(Number(words.leftMs));
  setInterval(tick, 500);
  setInterval(askTime, ASK_EVERY_MS);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && askTime());
  tick();
}

if (form) {
  form.addEventListener("input", (event) => {
    const box = event.target.closest("[data-position]");
    const isChosen = event.target.matches("[type=radio], [type=checkbox], select");
    // A list that is put in order moves its items when the choice has changed; what is kept is what it is then.
    if (box) setTimeout(() => note(box, isChosen ? 0 : TYPING_MS));
  });
  form.addEventListener("submit", (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    news.textContent = words.unsaved;
    say(words.unsaved);
  });
  addEventListener("online", send);
  addEventListener("beforeunload", (event) => waiting.size && !over && event.preventDefault());
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    waiting.clear(); // the form itself brings every answer
    remember();
  });

  for (const button of form.querySelectorAll("[data-clear]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const box = button.closest("[data-position]");
      for (const radio of box.querySelectorAll("[type=radio]")) radio.checked = false;
      note(box);
      box.querySelector("[type=radio]").focus();
    });
  }
  for (const list of form.querySelectorAll("[data-ordering]")) arrange(list);
  restore();
}

// Putting items in order: buttons move them, and the places follow.
function arrange(list) {
  for (const moves of list.querySelectorAll("[data-moves]")) moves.hidden = false;
  const number = () => [...list.children].forEach((item, index) => (item.querySelector("select").value = String(index + 1)));
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (!button) return;
    const item = button.closest("li");
    const step = Number(button.dataset.move);
    if (step < 0) item.previousElementSibling?.before(item);
    else item.nextElementSibling?.after(item);
    number();
    button.focus();
    note(list.closest("[data-position]"));
  });
  list.addEventListener("change", (event) => {
    const chosen = event.target;
    const item = chosen.closest("li");
    const place = Number(chosen.value) - 1;
    if (place < 0) return;
    item.remove();
    list.insertBefore(item, list.children[place] ?? null);
    number();
    chosen.focus();
  });
}

// What an earlier visit could not send any more: put it back into the fields, and send it.
function restore() {
  let kept = [];
  try {
    kept = JSON.parse(localStorage.getItem(store) ?? "[]");
  } catch {
    return;
  }
  for (const [position, fields, revision] of kept) {
    const box = section(position);
    if (!box) continue;
    box.dataset.revision = revision; // what it was changed from: if another device changed it since, the server says so
    const values = new URLSearchParams(fields);
    for (const control of box.querySelectorAll("input:not([type=hidden]), select, textarea")) {
      if (control.type === "radio" || control.type === "checkbox") control.checked = values.getAll(control.name).includes(control.value);
      else if (values.has(control.name)) control.value = values.get(control.name);
    }
    waiting.set(position, fields);
  }
  if (waiting.size) send();
}
