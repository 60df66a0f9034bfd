// Watches a media element and says which content time was really played: what was sought over was not.
const GAP_MS = 5000; // a tab in the background hears of the time about once a second

export class Watching {
  constructor(media, note) {
    this.media = media;
    this.note = note;
    this.last = null;
    media.addEventListener("timeupdate", () => this.look());
    media.addEventListener("playing", () => this.start());
    for (const stop of ["pause", "ended", "ratechange"]) media.addEventListener(stop, () => this.look());
    media.addEventListener("seeking", () => (this.last = null));
    media.addEventListener("seeked", () => this.start());
  }

  start() {
    this.last = this.media.paused ? null : this.now();
  }

  now() {
    return Math.round(this.media.currentTime * 1000);
  }

  look() {
    if (this.media.seeking) return;
    const now = this.now();
    if (this.last !== null && now > this.last && now - this.last < GAP_MS * this.media.playbackRate) this.note([this.last, now]);
    this.last = this.media.paused ? null : now;
  }
}
