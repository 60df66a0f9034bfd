// The player page: puts the session, the film, the controls and the money line together.
import { Captions } from "../lib/player/captions.js";
import { Controls } from "../lib/player/controls.js";
import { MoneyLine } from "../lib/player/money.js";
import { Notices } from "../lib/player/notices.js";
import { holds, normalize } from "../lib/player/ranges.js";
import { Session } from "../lib/player/session.js";
import { attach, Gate } from "../lib/player/source.js";
import { Visit } from "../lib/player/visit.js";
import { Watching } from "../lib/player/watching.js";
import { clock, Words } from "../lib/player/words.js";

const MEND_MS = 20_000; // a second failure within this time is said; the first is mended in silence
const byId = (id) => document.getElementById(id);

class Player {
  constructor(film) {
    this.film = film;
    this.media = byId("film");
    this.words = new Words(film.words, film.language, film.terms);
    this.session = film.is_visit ? new Visit(film) : new Session(film);
    this.money = new MoneyLine(film, this.words);
    this.notices = new Notices();
    this.startMs = film.position_ms;
    this.gate = new Gate(() => this.session.beat());
    this.controls = new Controls(this.media, film, this.words, {
      toggle: () => this.toggle(),
      leap: (seconds) => this.source?.isNative && !this.gate.holds(seconds * 1000) && (this.leap(seconds), true),
    });
    this.captions = new Captions(this.media, film, this.words, (seconds) => this.controls.goTo(seconds));
    const watching = new Watching(this.media, (interval) => this.session.note(interval));
    this.session.flush = () => watching.look();
    this.session.position = () => (this.source ? (watching.last ?? Math.round(this.media.currentTime * 1000)) : this.startMs);
    this.session.speed = () => this.media.playbackRate;
    this.session.isPlaying = () => !this.media.paused;
    this.listen();
    byId("start").addEventListener("click", () => this.begin());
  }

  listen() {
    const { media, session } = this;
    session.addEventListener("beat", ({ detail }) => this.heard(detail));
    session.addEventListener("ended", ({ detail }) => this.refused(detail));
    session.addEventListener("offline", () => this.money.announce(this.words.say("offline")));
    session.addEventListener("left", () => this.stop());
    for (const event of ["pause", "seeking", "ratechange", "ended"]) media.addEventListener(event, () => this.beatSoon());
    media.addEventListener("waiting", () => this.beatSoon());
    media.addEventListener("timeupdate", () => this.look());
    media.addEventListener("playing", () => byId("cover").toggleAttribute("data-playing", true));
  }

  // Several events of one moment (a seek pauses, waits and seeks) are one report.
  beatSoon() {
    clearTimeout(this.soon);
    this.soon = setTimeout(() => this.session.isRunning && this.session.beat(), 150);
  }

  async begin({ takeOver = false } = {}) {
    if (this.isBeginning) return;
    this.isBeginning = true;
    byId("stage").classList.add("is-loading");
    const answer = await this.session.begin({ takeOver });
    this.isBeginning = false;
    byId("stage").classList.remove("is-loading");
    if (!answer.token) {
      this.refused(answer);
      return;
    }
    this.notices.hide();
    byId("offer").hidden = true;
    this.startMs = this.source ? this.startMs : answer.position_ms;
    if (this.film.is_visit) this.film.limit_ms = answer.limit_ms;
    this.playlist = answer.playlist;
    if (!(await this.load())) return;
    if (!this.captions.tracks.length) this.captions.load(answer.token);
    this.controls.show();
    byId("play").focus({ preventScroll: true });
    this.media.play().catch(() => {});
  }

  // Report the place, so that a lease lets its pieces out, and bring the film there.
  async load() {
    this.source?.detach();
    this.source = null;
    await this.session.beat();
    if (!this.session.isRunning) return false;
    this.source = attach(this.media, this.playlist, this.gate, {
      startS: this.startMs / 1000,
      onQualities: (names) => this.controls.setQualities(names, (index) => this.source.setQuality(index)),
      onBroken: (word) => this.broke(word),
    });
    return true;
  }

  // The system's player knows only what is let out already: to go anywhere else it begins there.
  async leap(seconds, { isPlaying = !this.media.paused } = {}) {
    this.startMs = Math.round(seconds * 1000);
    if ((await this.load()) && isPlaying) this.media.play().catch(() => {});
  }

  toggle() {
    if (!this.session.isRunning) this.begin();
    else if (this.media.paused) this.media.play().catch(() => {});
    else this.media.pause();
  }

  look() {
    const at = this.media.currentTime * 1000;
    this.money.at(at);
    if (this.film.mode === "metered" && !this.money.isOwned && this.gate.isBeyond(at) && !holds(this.controls.covered, at)) this.askFirst(at);
    if (this.film.mode === "preview" && at >= this.film.limit_ms - 250) this.previewOver();
  }

  // A piece comes whole, so a little more than is paid for may be here already: it plays only once the server has said yes.
  async askFirst(at) {
    if (this.isAsking) return;
    const wasPlaying = !this.media.paused;
    this.isAsking = true;
    this.media.pause();
    await this.session.beat();
    this.isAsking = false;
    if (wasPlaying && this.session.isRunning && !this.gate.isBeyond(at)) this.media.play().catch(() => {});
  }

  heard(beat) {
    if (beat.accepted_ms) this.count();
    // A lesson around the film says how far one is.
    document.dispatchEvent(new CustomEvent("tuition:beat", { detail: { ...beat, duration_ms: this.film.duration_ms } }));
    this.gate.open(beat);
    this.money.take(beat);
    if (!beat.lease && this.film.mode === "metered" && beat.position_ms < this.film.limit_ms && beat.affordable_ms !== 0) {
      this.money.note(this.words.say("skipped"), { isNews: true });
    }
  }

  // What was watched since the page came; the server's own account is what counts.
  count() {
    const { played } = this.media;
    const watched = Array.from({ length: played.length }, (_, i) => [Math.round(played.start(i) * 1000), Math.round(played.end(i) * 1000)]);
    this.controls.covered = normalize([...this.film.coverage, ...watched]);
    this.money.paid = this.controls.covered;
  }

  stop() {
    this.startMs = Math.round(this.media.currentTime * 1000) || this.startMs;
    this.media.pause();
    this.source?.detach();
    this.source = null;
    this.gate.open({});
  }

  refused(problem) {
    const { words, film, notices } = this;
    const back = { label: words.say("ways"), href: film.page, isQuiet: true };
    const again = { label: words.say("again"), act: () => this.begin() };
    const topUp = { label: words.say("top_up"), href: film.top_up };
    const { code, reason, missing } = problem;
    if (problem.position_ms !== undefined) this.startMs = problem.position_ms;
    else if (this.source) this.startMs = Math.round(this.media.currentTime * 1000);
    const place = this.startMs;
    if (this.source) this.stop();
    this.startMs = place;
    if (missing) {
      this.money.write(problem);
      this.money.note("");
      const text = words.say("broke", { missing: words.money(missing), position: clock(place) });
      notices.show(words.say("broke_title"), text, [topUp, { ...again, isQuiet: true }]);
    } else if (code === "metering.wallet_in_other_currency") {
      notices.show(words.say("failed_title"), words.say("other_currency", { currency: problem.wanted }), [topUp, back]);
    } else if (code === "wallets.frozen") notices.show(words.say("failed_title"), words.say("frozen"), [back]);
    else if (code === "playback.playing_elsewhere") {
      const takeOver = { label: words.say("take_over"), act: () => this.begin({ takeOver: true }) };
      notices.show(words.say("elsewhere_title"), words.say("elsewhere", problem), [takeOver, back]);
    } else if (reason === "taken_over") {
      notices.show(words.say("taken_title"), words.say("taken"), [{ label: words.say("take_over"), act: () => this.begin({ takeOver: true }) }]);
    } else if (reason === "access_ended") notices.show(words.say("ended_title"), words.say("right_ended"), [again, back]);
    else if (code === "identity.email_unverified") notices.show(words.say("failed_title"), words.say("verify"), [{ label: words.say("again"), href: "/settings" }, back]);
    else if (reason) notices.show(words.say("ended_title"), words.say("ended"), [again]);
    else if (problem.status === 0 || problem.status >= 500) notices.show(words.say("failed_title"), words.say("failed"), [again]);
    else notices.show(words.say("failed_title"), problem.detail ?? words.say("failed"), [again, back]);
  }

  broke(word) {
    if (!this.session.isRunning) return;
    if (this.source?.isNative && performance.now() - (this.brokeAt ?? -Infinity) > MEND_MS) {
      this.brokeAt = performance.now();
      this.leap(this.media.currentTime || this.startMs / 1000, { isPlaying: true });
      return;
    }
    const place = Math.round(this.media.currentTime * 1000) || this.startMs;
    this.source?.detach();
    this.source = null;
    this.startMs = place;
    const ways = word === "unsupported" ? [] : [{ label: this.words.say("again"), act: () => this.begin() }];
    this.notices.show(this.words.say("failed_title"), this.words.say(word), ways);
  }

  async previewOver() {
    if (this.isOver) return;
    this.isOver = true;
    this.media.pause();
    await this.session.beat({ close: true });
    const ways = [{ label: this.words.say("ways"), href: this.film.page }];
    if (this.film.is_visit) ways.push({ label: this.words.say("sign_in"), href: this.film.sign_in, isQuiet: true });
    this.notices.show(this.words.say("preview_over_title"), this.words.say("preview_over"), ways);
  }
}

const stage = byId("stage");
if (stage) window.player = new Player(JSON.parse(stage.dataset.film));
