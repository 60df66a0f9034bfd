// One play session with the server: it begins, reports every few seconds, and ends. What could not be sent is kept (also across
// a reload) and sent when it can be; the server counts time once, however often it hears of it.
import { call } from "./calling.js";
import { normalize } from "./ranges.js";

const BEAT_MS = 10_000;
const IDLE_BEAT_MS = 60_000;
const IDLE_BEATS_MAX = 10; // a paused film keeps its session for ten minutes; after that pressing play begins another one
const INTERVALS_MAX = 50;

export class Session extends EventTarget {
  constructor(film) {
    super();
    this.film = film;
    this.key = `tuition:play:${film.id}`;
    this.pending = [];
    this.current = null;
    this.sending = null;
    this.position = () => 0;
    this.speed = () => 1;
    this.isPlaying = () => false;
    this.flush = () => {}; // notes what was played up to now, so that the place is never ahead of it
    this.idleBeats = 0;
    this.heardAt = 0;
    setInterval(() => this.tick(), 1000);
    addEventListener("online", () => this.current && this.beat());
    addEventListener("pagehide", () => this.leave());
  }

  // Answers the session, or the refusal as {status, code, …}.
  async begin({ takeOver = false } = {}) {
    await this.sendLeftOver();
    const answer = await call("/v1/play-sessions", {
      content_id: this.film.id,
      device_id: deviceId(),
      device_name: deviceName(),
      take_over: takeOver,
      preview: this.film.mode === "preview",
    });
    if (answer.status !== 201) return answer.problem;
    this.current = answer.body;
    this.keep();
    return answer.body;
  }

  get isRunning() {
    return this.current !== null;
  }

  note(interval) {
    this.pending = normalize([...this.pending, interval]);
    this.keep();
  }

  // Report now; one report is under way at a time, and a second wish waits for the first.
  async beat({ close = false } = {}) {
    while (this.sending) await this.sending;
    if (!this.current) return;
    this.sending = this.send(close).finally(() => (this.sending = null));
    await this.sending;
  }

  async send(close) {
    this.flush();
    const sent = this.pending.slice(0, INTERVALS_MAX);
    this.heardAt = performance.now();
    const answer = await call(this.address, this.body(sent, close), { token: this.current.token });
    if (answer.status === 200) {
      this.drop(sent);
      if (close) this.forget();
      this.tell("beat", answer.body);
    } else if (answer.status === 0 || answer.status >= 500) {
      this.tell("offline", answer.problem);
    } else if (answer.status === 422) {
      this.drop(sent);
    } else {
      this.forget();
      this.tell("ended", answer.problem);
    }
  }

  tick() {
    if (!this.current || this.sending) return;
    const silent = performance.now() - this.heardAt;
    if (this.isPlaying() || this.pending.length) {
      this.idleBeats = 0;
      if (silent >= BEAT_MS) this.beat();
    } else if (silent >= IDLE_BEAT_MS && this.idleBeats < IDLE_BEATS_MAX) {
      this.idleBeats += 1;
      this.beat();
    }
  }

  // The page goes away: one last report that outlives it, which also ends the session.
  leave() {
    if (!this.current) return;
    this.flush();
    const body = this.body(this.pending.slice(0, INTERVALS_MAX), true);
    call(this.address, body, { token: this.current.token, keepalive: true }).then(({ status }) => status === 200 && this.forget());
    this.tell("left");
  }

  get address() {
    return `/v1/play-sessions/${this.current.id}/intervals`;
  }

  body(intervals, close) {
    return { position_ms: this.position(), intervals, speed: Math.round(this.speed() * 1000), close };
  }

  drop(sent) {
    const left = this.pending.slice(sent.length);
    // What was noted while the report was under way may have grown the last range that was sent.
    const grown = this.pending.slice(0, sent.length).flatMap(([start, end], i) => (end > sent[i][1] ? [[Math.max(start, sent[i][1]), end]] : []));
    this.pending = normalize([...grown, ...left]);
    this.keep();
  }

  keep() {
    if (!this.current) return;
    const { id, token } = this.current;
    sessionStorage.setItem(this.key, JSON.stringify({ id, token, pending: this.pending, position: this.position() }));
  }

  forget() {
    this.current = null;
    this.pending = [];
    sessionStorage.removeItem(this.key);
  }

  async sendLeftOver() {
    const left = JSON.parse(sessionStorage.getItem(this.key) ?? "null");
    sessionStorage.removeItem(this.key);
    if (!left || this.current) return;
    const body = { position_ms: left.position, intervals: left.pending.slice(0, INTERVALS_MAX), close: true };
    await call(`/v1/play-sessions/${left.id}/intervals`, body, { token: left.token });
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

function deviceId() {
  const known = localStorage.getItem("tuition:device");
  if (known) return known;
  const made = [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  localStorage.setItem("tuition:device", made);
  return made;
}

function deviceName() {
  const agent = navigator.userAgent;
  const browser = [["Edg/", "Edge"], ["OPR/", "Opera"], ["Firefox/", "Firefox"], ["Chrome/", "Chrome"], ["Safari/", "Safari"]];
  const system = [["iPhone", "iPhone"], ["iPad", "iPad"], ["Android", "Android"], ["Windows", "Windows"], ["Mac OS", "macOS"], ["Linux", "Linux"]];
  const find = (list) => list.find(([mark]) => agent.includes(mark))?.[1];
  return [find(browser) ?? "Browser", find(system)].filter(Boolean).join(", ");
}
