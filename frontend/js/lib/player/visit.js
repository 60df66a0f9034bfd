// Playing without an account: the same manners as a session, but nothing is reported and nothing is kept, except the place, here.
import { call } from "./calling.js";

const EARLY_MS = 60_000;
const RETRY_MS = 10_000;

export class Visit extends EventTarget {
  constructor(film) {
    super();
    this.film = film;
    this.key = `tuition:place:${film.id}`;
    this.current = null;
    this.position = () => 0;
    this.speed = () => 1;
    this.isPlaying = () => false;
    this.askedAt = -Infinity;
    setInterval(() => this.tick(), 1000);
    addEventListener("pagehide", () => this.keep());
  }

  async begin() {
    const problem = await this.ask();
    return problem ?? { ...this.current, position_ms: this.place };
  }

  async ask() {
    this.askedAt = performance.now();
    const answer = await call("/v1/visits", { content_id: this.film.id });
    if (answer.status !== 201) return answer.problem;
    this.current = answer.body;
  }

  get place() {
    const known = Number(localStorage.getItem(this.key)) || 0;
    return known < this.current.limit_ms - 1000 ? known : 0;
  }

  get isRunning() {
    return this.current !== null;
  }

  note() {}

  // What a report would answer: here it is only what may be fetched.
  async beat({ close = false } = {}) {
    if (!this.current) return;
    this.keep();
    this.dispatchEvent(new CustomEvent("beat", { detail: { ...this.current, accepted_ms: 1 } }));
    if (close) this.current = null;
  }

  tick() {
    if (!this.current) return;
    const left = Date.parse(this.current.expires_at) - Date.now();
    if (left < EARLY_MS && this.isPlaying() && performance.now() - this.askedAt > RETRY_MS) this.renew();
  }

  async renew() {
    const problem = await this.ask();
    if (!problem) return this.beat();
    if (problem.status === 0 || problem.status >= 500 || problem.status === 429) return;
    this.current = null;
    this.dispatchEvent(new CustomEvent("ended", { detail: problem }));
  }

  keep() {
    if (this.current) localStorage.setItem(this.key, String(this.position()));
  }
}
