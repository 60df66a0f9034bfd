// The one line under the film: what this minute costs, what the film has cost so far, what makes it yours, what is left.
import { holds } from "./ranges.js";
import { clock } from "./words.js";

const LOW_MS = 120_000;
const NEWS_MS = 60_000;
const byId = (id) => document.getElementById(id);

export class MoneyLine {
  constructor(film, words) {
    Object.assign(this, { film, words, isOwned: false, saidAt: 0, paid: film.coverage });
    const { terms } = film;
    if (terms) this.write({ content_cost: terms.paid, balance: terms.balance, cap: terms.price });
  }

  write({ content_cost: cost, balance, cap }) {
    if (!byId("cost")) return;
    if (cost != null) byId("cost").textContent = this.words.money(cost);
    if (balance != null) byId("balance").textContent = this.words.money(balance);
    const goal = byId("progress");
    if (goal && cap && cost != null) goal.value = Math.min(100, (Number(cost.amount ?? cost) / Number(cap.amount ?? cap)) * 100);
  }

  // What the moment at hand costs.
  at(ms) {
    const minute = byId("minute");
    if (!minute) return;
    const { words, film } = this;
    if (this.isOwned) minute.textContent = words.say("yours");
    else if (ms < film.terms.free_ms) minute.textContent = words.say("free");
    else minute.textContent = holds(this.paid, Math.round(ms) - 1) && holds(this.paid, Math.round(ms) + 1500) ? words.say("paid_already") : film.terms.rate_text;
  }

  take(beat) {
    if (!byId("cost") || !beat.content_cost) return;
    this.write(beat);
    if (beat.is_owned && !this.isOwned) this.own(beat);
    else if (!this.isOwned) this.warn(beat);
    this.news(beat);
  }

  own({ content_cost: cost }) {
    this.isOwned = true;
    byId("running").classList.remove("is-low");
    byId("running").classList.add("is-owned");
    this.note(this.words.say("owned", { price: this.words.money(cost) }), { isNews: true });
  }

  warn({ affordable_ms: left }) {
    const isLow = left !== null && left < LOW_MS;
    byId("running").classList.toggle("is-low", isLow);
    if (isLow) this.note(this.words.say("low", { time: clock(left) }), { link: true, isNews: !this.wasLow });
    else this.note("");
    this.wasLow = isLow;
  }

  note(text, { link = false, isNews = false } = {}) {
    byId("note").hidden = !text;
    byId("note-text").textContent = text;
    byId("note-link").hidden = !link;
    if (isNews) this.announce(text);
  }

  // Read out by screen readers: once a minute, not every few seconds.
  news({ content_cost: cost, balance, charged }) {
    if (!charged?.amount_minor || performance.now() - this.saidAt < NEWS_MS || this.isOwned) return;
    this.announce(this.words.say("so_far", { cost: this.words.money(cost), balance: this.words.money(balance) }));
  }

  announce(text) {
    this.saidAt = performance.now();
    byId("news").textContent = text;
  }
}
