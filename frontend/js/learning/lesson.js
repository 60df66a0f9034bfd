// A lesson: keys, reading time, the end of a text, and saying that the place is saved.
const room = document.getElementById("classroom");
const state = document.getElementById("lesson-state");
const { lesson, type } = room.dataset;
const learns = "learns" in room.dataset;
const KEPT = "tuition.lessons";
const READING_S = 20;

function say(text, { isDone = false } = {}) {
  if (!state || (room.dataset.done !== undefined && !isDone)) return;
  state.textContent = text;
  state.classList.toggle("text-good", isDone);
  state.classList.toggle("text-muted", !isDone);
}

// What could not be said is kept on this device until there is a network again: completing twice is completing once.
const kept = () => new Set(JSON.parse(localStorage.getItem(KEPT) ?? "[]"));
const keep = (ids) => localStorage.setItem(KEPT, JSON.stringify([...ids]));

async function post(address, body) {
  try {
    const answer = await fetch(address, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body ?? {}), keepalive: true });
    return answer.status;
  } catch {
    return 0;
  }
}

async function complete(id) {
  const status = await post(`/v1/lessons/${id}/complete`);
  const waiting = kept();
  if (status === 0 || status >= 500) {
    waiting.add(id);
    say(room.dataset.offline);
  } else {
    waiting.delete(id);
    if (id === lesson && status < 300) done();
  }
  keep(waiting);
}

function done() {
  if (room.dataset.done !== undefined) return;
  room.dataset.done = "";
  say(room.dataset.doneWord, { isDone: true });
  const here = document.querySelector(`[data-lesson="${lesson}"].outline-lesson`);
  here?.classList.add("is-done");
  const meter = document.getElementById("course-meter");
  const count = document.getElementById("course-done");
  if (meter && count) {
    meter.value += 1;
    count.textContent = new Intl.NumberFormat(document.documentElement.lang).format(meter.value);
  }
  const waiting = document.getElementById("next-locked");
  if (waiting) {
    const link = Object.assign(document.createElement("a"), { className: "btn btn-primary", id: "to-next", href: waiting.dataset.href, textContent: waiting.dataset.word });
    waiting.replaceWith(link);
  }
}

if (learns) {
  for (const id of kept()) complete(id);
  addEventListener("online", () => kept().forEach((id) => complete(id)));
  document.addEventListener("tuition:beat", ({ detail }) => {
    if (detail.is_complete) done();
    else if (detail.duration_ms) say(`${room.dataset.saved} · ${new Intl.NumberFormat(document.documentElement.lang, { style: "percent", maximumFractionDigits: 0 }).format(detail.covered_ms / detail.duration_ms)}`);
  });
  if (type === "text" || type === "document") read();
}

function read() {
  let since = performance.now();
  const report = () => {
    const seconds = Math.round((performance.now() - since) / 1000);
    since = performance.now();
    if (seconds > 0) post(`/v1/lessons/${lesson}/reading`, { seconds: Math.min(seconds, 60) });
  };
  setInterval(() => (document.hidden ? (since = performance.now()) : report()), READING_S * 1000);
  document.addEventListener("visibilitychange", () => (document.hidden ? report() : (since = performance.now())));
  const end = document.getElementById("lesson-end");
  const form = document.getElementById("complete");
  if (!end || !form || type !== "text") return;
  // Read to its end: the end was in view for as long as it takes to read a line, and the reader came to it by themselves.
  let timer;
  new IntersectionObserver(([entry]) => {
    clearTimeout(timer);
    if (entry.isIntersecting && scrollY > 0) timer = setTimeout(() => complete(lesson), 2500);
  }).observe(end);
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable]")) return;
  const target = { n: "to-next", p: "to-previous" }[event.key];
  if (target) document.getElementById(target)?.click();
});
