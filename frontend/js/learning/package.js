// A package in its frame: what it says is kept here until the server has it, also without a network and over a reload.
// The frame is of another origin. It may say what it likes, and all that it can do is speak for this one launch.
const root = document.querySelector("[data-package]");
const play = JSON.parse(root.dataset.package);
const frame = root.querySelector("[data-frame]");
const said = root.querySelector("[data-said]");
const { words } = play;
const STORE = "tuition.packages";
const RETRY_FIRST_MS = 1000;
const RETRY_MAX_MS = 20_000;
const KEEPALIVE_BYTES_MAX = 60_000;
const LEAVING_MS = 3000;

let current = -1;
let openings = 0;
let sending;
let retryMs = RETRY_FIRST_MS;
let retryTimer;
let isOver = !play.is_recorded;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const say = (text, isBad = false) => {
  if (said.textContent !== text) said.textContent = text;
  said.classList.toggle("text-bad", isBad);
};

// What waits, the oldest first: a report is whole, so a newer one of the same run takes the place of the older.
let waiting = [];
try {
  waiting = JSON.parse(localStorage.getItem(STORE) ?? "[]");
} catch {
  // a browser that keeps nothing: then only this page does
}
function remember() {
  try {
    localStorage.setItem(STORE, JSON.stringify(waiting));
  } catch {
    // full, or not allowed
  }
}
function keep(launch, report) {
  waiting = waiting.filter((one) => one.launch !== launch || one.report.sitting !== report.sitting || one.report.item !== report.item);
  waiting.push({ launch, report });
  remember();
}
function forget(one) {
  waiting = waiting.filter((other) => other !== one);
  remember();
}

function send() {
  sending ??= sendAll().finally(() => (sending = undefined));
  return sending;
}

async function sendAll() {
  clearTimeout(retryTimer);
  let refused = "";
  while (waiting.length) {
    const one = waiting[0];
    if (one.launch === play.launch) say(words.saving);
    const body = JSON.stringify(one.report);
    const answer = await post(`/v1/package-launches/${one.launch}/reports`, body);
    if (!answer || answer.status >= 500 || [401, 408, 429].includes(answer.status)) {
      say(words.offline, true);
      retryTimer = setTimeout(send, retryMs);
      retryMs = Math.min(retryMs * 2, RETRY_MAX_MS);
      return;
    }
    retryMs = RETRY_FIRST_MS;
    forget(one);
    const told = await answer.json().catch(() => ({}));
    if (one.launch !== play.launch) continue; // of an earlier visit: kept, or too late
    if (answer.ok) show(told);
    else {
      refused = `${words.lost} ${told.detail ?? answer.status}`;
      isOver ||= [403, 404, 409].includes(answer.status);
    }
  }
  if (refused) say(refused, true);
}

async function post(address, body) {
  try {
    const headers = { "content-type": "application/json" };
    return await fetch(address, { method: "POST", body, headers, keepalive: body.length < KEEPALIVE_BYTES_MAX });
  } catch {
    return undefined;
  }
}

const wordOf = ({ completion, success }) => {
  if (success === "passed" || success === "failed") return words[success];
  return completion === "completed" ? words.completed : words.begun;
};

function show({ states, is_complete: isComplete, score }) {
  for (const state of states) {
    const number = play.items.findIndex((item) => item.id === state.item);
    const button = root.querySelector(`[data-item="${number}"]`);
    if (!button) continue;
    button.querySelector("[data-words]").textContent = wordOf(state);
    button.classList.toggle("is-done", state.success === "passed" || (state.completion === "completed" && state.success !== "failed"));
  }
  const own = states.find((state) => state.item === play.items[current]?.id);
  const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent", maximumFractionDigits: 0 });
  const parts = [words.saved, own && wordOf(own), own?.percentage && percent.format(own.percentage / 100)];
  say(parts.filter(Boolean).join(" · "));
  if (isComplete) document.dispatchEvent(new CustomEvent("tuition:beat", { detail: { is_complete: true, score } }));
}

// The frame, and the frames in it.
function isInside(source) {
  for (let window_ = source; window_; window_ = window_.parent) {
    if (window_ === frame.contentWindow) return true;
    if (window_ === window_.parent) return false;
  }
  return false;
}

addEventListener("message", ({ data, origin, source }) => {
  if (data?.tuition !== play.launch || origin !== play.origin || !isInside(source) || isOver) return;
  keep(play.launch, data.report);
  send();
});

async function open(number) {
  if (number < 0 || number >= play.items.length) return;
  if (current >= 0) {
    // It says its last word when it is left, and what comes next begins with that.
    const left = new Promise((done) => frame.addEventListener("load", done, { once: true }));
    frame.src = "about:blank";
    await Promise.race([left, pause(LEAVING_MS)]);
    await Promise.race([send(), pause(LEAVING_MS)]);
  }
  current = number;
  const item = play.items[number];
  // Each opening has an address of its own: what an item keeps in its window is for its next page, not for the next opening.
  frame.src = `${play.base}/${number}-${openings++}/${item.href}`;
  for (const button of root.querySelectorAll("[data-item]")) {
    if (Number(button.dataset.item) === number) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
  for (const button of root.querySelectorAll("[data-step]")) button.disabled = !play.items[number + Number(button.dataset.step)];
  if (!item.is_sco && !isOver) {
    keep(play.launch, { item: item.id, sequence: Date.now(), sitting: play.launch, values: {}, is_final: true });
    send();
  }
}

root.addEventListener("click", ({ target }) => {
  const item = target.closest("[data-item]");
  const step = target.closest("[data-step]");
  if (item) open(Number(item.dataset.item));
  if (step) open(current + Number(step.dataset.step));
  if (target.closest("[data-full]")) frame.requestFullscreen?.();
});

// The launch stays open while somebody is here, and their time counts while they look.
let since = performance.now();
async function renew() {
  const seconds = document.hidden ? 0 : Math.round((performance.now() - since) / 1000);
  since = performance.now();
  const answer = await post(`/v1/package-launches/${play.launch}/renew`, JSON.stringify({ seconds: Math.min(seconds, 3600) }));
  if (answer && [403, 404].includes(answer.status)) {
    isOver = true;
    say(`${words.lost} ${(await answer.json().catch(() => ({}))).detail ?? ""}`, true);
  }
}
if (play.is_known) {
  setInterval(renew, play.renew_ms);
  document.addEventListener("visibilitychange", () => (document.hidden ? renew() : (since = performance.now())));
}
addEventListener("online", send);

// What an earlier visit could not send any more goes first: the package begins with what the server knows.
await Promise.race([send(), pause(LEAVING_MS)]);
open(play.first);
