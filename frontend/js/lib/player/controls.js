// The bar over the film: play, place, speed, sound, size, and the keys that do the same.
import { bufferedOf } from "./ranges.js";
import { clock } from "./words.js";

const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];
const STEP_S = 5;
const LEAP_S = 10;
const MANNERS = "tuition:manners"; // how loud and how fast this browser likes it
const HIDE_MS = 2500;
const byId = (id) => document.getElementById(id);

export class Controls {
  constructor(media, film, words, { toggle, leap }) {
    Object.assign(this, { media, film, words, toggle, leap });
    this.stage = byId("stage");
    this.seek = byId("seek");
    this.covered = film.coverage;
    this.seek.max = String(film.limit_ms);
    this.wire();
    this.draw();
  }

  wire() {
    const { media, stage } = this;
    byId("play").addEventListener("click", () => this.toggle());
    this.wireTouch();
    this.seek.addEventListener("input", () => this.goTo(Number(this.seek.value) / 1000));
    for (const event of ["timeupdate", "progress", "durationchange", "play", "pause", "seeking", "seeked", "volumechange"]) {
      media.addEventListener(event, () => this.draw());
    }
    for (const event of ["pointermove", "pointerdown", "keydown", "focusin"]) stage.addEventListener(event, () => this.wake());
    media.addEventListener("waiting", () => stage.classList.add("is-loading"));
    for (const event of ["playing", "pause", "seeked"]) media.addEventListener(event, () => stage.classList.remove("is-loading"));
    this.wireSpeed();
    this.wireSound();
    this.wireSize();
    this.wireManners();
    byId("keys").addEventListener("click", () => byId("keys-dialog").showModal());
    document.addEventListener("keydown", (event) => this.press(event));
  }

  // A mouse plays and pauses by a click. A finger first brings the controls back; twice at an edge it leaps.
  wireTouch() {
    const { media, stage } = this;
    let wasStill = false;
    let isTouch = false;
    stage.addEventListener("pointerdown", (event) => {
      isTouch = event.pointerType === "touch";
      wasStill = stage.classList.contains("is-still");
    }, { capture: true });
    media.addEventListener("click", () => isTouch && wasStill || this.toggle());
    media.addEventListener("dblclick", (event) => {
      const { left, width } = media.getBoundingClientRect();
      const part = (event.clientX - left) / width;
      if (!isTouch || (part > 1 / 3 && part < 2 / 3)) this.toggleFull();
      else this.goTo(media.currentTime + (part < 1 / 2 ? -LEAP_S : LEAP_S));
    });
  }

  // How loud and how fast is remembered, and what plays is named to the system: on a lock screen, on a keyboard's own keys.
  wireManners() {
    const { media } = this;
    const known = JSON.parse(localStorage.getItem(MANNERS) ?? "{}");
    if (known.volume !== undefined) Object.assign(media, { volume: known.volume, muted: known.muted });
    if (SPEEDS.includes(known.speed)) Object.assign(media, { defaultPlaybackRate: known.speed, playbackRate: known.speed });
    const keep = () => localStorage.setItem(MANNERS, JSON.stringify({ volume: media.volume, muted: media.muted, speed: media.playbackRate }));
    for (const event of ["volumechange", "ratechange"]) media.addEventListener(event, keep);
    if (!navigator.mediaSession) return;
    const { title, poster } = this.film;
    const { artist } = this.stage.dataset;
    const artwork = poster ? [{ src: new URL(poster, location.href).href }] : [];
    navigator.mediaSession.metadata = new MediaMetadata({ title, artist, artwork });
    navigator.mediaSession.setActionHandler("seekbackward", () => this.goTo(media.currentTime - LEAP_S));
    navigator.mediaSession.setActionHandler("seekforward", () => this.goTo(media.currentTime + LEAP_S));
  }

  wireSpeed() {
    const select = byId("speed");
    const number = new Intl.NumberFormat(this.film.language);
    for (const speed of SPEEDS) select.add(new Option(`${number.format(speed)}×`, String(speed), speed === 1, speed === 1));
    select.addEventListener("change", () => (this.media.playbackRate = Number(select.value)));
    this.media.addEventListener("ratechange", () => (select.value = String(this.media.playbackRate)));
  }

  wireSound() {
    const volume = byId("volume");
    volume.addEventListener("input", () => {
      this.media.volume = Number(volume.value) / 100;
      this.media.muted = this.media.volume === 0;
    });
    byId("mute").addEventListener("click", () => (this.media.muted = !this.media.muted));
  }

  wireSize() {
    byId("full").addEventListener("click", () => this.toggleFull());
    const small = byId("small");
    small.hidden = !document.pictureInPictureEnabled || this.film.kind !== "video";
    small.addEventListener("click", () => this.toggleSmall());
  }

  setQualities(names, choose) {
    if (names.length < 2) return;
    const select = byId("quality");
    select.replaceChildren(new Option(this.words.say("auto"), "-1"));
    names.forEach((name, index) => select.add(new Option(name, String(index))));
    select.addEventListener("change", () => choose(Number(select.value)));
    byId("quality-choice").hidden = false;
  }

  show() {
    byId("bar").hidden = false;
    this.stage.classList.remove("is-waiting-for-you");
    this.wake();
  }

  goTo(seconds) {
    const last = Math.max(0, this.film.limit_ms / 1000 - 0.1);
    const target = Math.min(Math.max(0, seconds), last);
    if (!this.leap(target)) this.media.currentTime = target;
  }

  // An iPhone shows only the film itself in full, with its own controls.
  toggleFull() {
    if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
    else if (this.stage.requestFullscreen) this.stage.requestFullscreen().catch(() => {});
    else this.media.webkitEnterFullscreen?.();
  }

  toggleSmall() {
    if (byId("small").hidden) return;
    (document.pictureInPictureElement ? document.exitPictureInPicture() : this.media.requestPictureInPicture()).catch(() => {});
  }

  wake() {
    this.stage.classList.remove("is-still");
    clearTimeout(this.rest);
    this.rest = setTimeout(() => {
      const isBusy = this.media.paused || byId("bar").matches(":focus-within:has(:focus-visible)");
      if (!isBusy) this.stage.classList.add("is-still");
    }, HIDE_MS);
  }

  draw() {
    const { media, words, film } = this;
    const at = media.currentTime * 1000;
    if (document.activeElement !== this.seek || !this.seek.matches(":active")) this.seek.value = String(Math.round(at));
    const place = words.say("cost", { time: clock(at), duration: clock(film.limit_ms) });
    this.seek.setAttribute("aria-valuetext", place);
    byId("time").textContent = `${clock(at)} / ${clock(film.limit_ms)}`;
    this.seek.style.backgroundImage = this.bands(at);
    this.stage.classList.toggle("is-playing", !media.paused);
    this.stage.classList.toggle("is-mute", media.muted || media.volume === 0);
    byId("play-name").textContent = words.say(media.paused ? "play" : "pause");
    byId("mute-name").textContent = words.say(media.muted ? "unmute" : "mute");
    byId("volume").value = String(media.muted ? 0 : Math.round(media.volume * 100));
  }

  // Three layers, the uppermost first: where it stands, what was watched, what is fetched.
  bands(at) {
    const percent = (ms) => `${Math.min(100, (ms / this.film.limit_ms) * 100).toFixed(2)}%`;
    const layer = (ranges, colour) => {
      const stops = ranges.flatMap(([start, end]) => [`transparent ${percent(start)}`, `${colour} ${percent(start)}`, `${colour} ${percent(end)}`, `transparent ${percent(end)}`]);
      return `linear-gradient(to right, ${["transparent 0%", ...stops, "transparent 100%"].join(",")})`;
    };
    return [layer([[0, at]], "var(--seek-played)"), layer(this.covered, "var(--seek-covered)"), layer(bufferedOf(this.media), "var(--seek-buffered)")].join(",");
  }

  press(event) {
    const { target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || byId("bar").hidden || document.querySelector("dialog[open]")) return;
    if (target.closest("input:not([type=range]), select, textarea, a, summary")) return;
    const isOnButton = target.closest("button");
    const isOnRange = target.matches("#volume");
    const { key } = event;
    const steps = { ArrowLeft: -STEP_S, ArrowRight: STEP_S, j: -LEAP_S, l: LEAP_S };
    if ((key === " " && !isOnButton) || key === "k") this.toggle();
    else if (key in steps && !(isOnRange && key.startsWith("Arrow"))) this.goTo(this.media.currentTime + steps[key]);
    else if (key === "ArrowUp" && !isOnRange) this.louder(0.1);
    else if (key === "ArrowDown" && !isOnRange) this.louder(-0.1);
    else if (key === "Home" || key === "End") this.goTo(key === "Home" ? 0 : Infinity);
    else if (/^[0-9]$/.test(key)) this.goTo((this.film.limit_ms / 1000) * (Number(key) / 10));
    else if (key === "m") this.media.muted = !this.media.muted;
    else if (key === "f") this.toggleFull();
    else if (key === "i") this.toggleSmall();
    else if (key === "c") this.stage.dispatchEvent(new CustomEvent("captions"));
    else if (key === "<" || key === ">") this.faster(key === ">" ? 1 : -1);
    else if (key === "?") byId("keys-dialog").showModal();
    else return;
    event.preventDefault();
    this.wake();
  }

  louder(by) {
    this.media.muted = false;
    this.media.volume = Math.min(1, Math.max(0, this.media.volume + by));
  }

  faster(by) {
    const index = SPEEDS.indexOf(this.media.playbackRate) + by;
    if (SPEEDS[index]) this.media.playbackRate = SPEEDS[index];
  }
}
