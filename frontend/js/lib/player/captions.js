// Captions over the film and the transcript under it, from the same WebVTT files. The words are drawn by us, so that they keep
// clear of the controls and run in their own direction.
const CHOICE = "tuition:captions";
const byId = (id) => document.getElementById(id);

export class Captions {
  constructor(media, film, words, goTo) {
    Object.assign(this, { media, film, words, goTo });
    this.tracks = [];
    this.shown = null;
  }

  // The files need the session's token, so they come with it.
  load(token) {
    if (!this.film.captions.length) return;
    for (const [index, { id, language, label, kind }] of this.film.captions.entries()) {
      const element = Object.assign(document.createElement("track"), { kind, label, srclang: language });
      element.src = `/media/${this.film.id}/captions/${id}.vtt?play=${encodeURIComponent(token)}`;
      element.addEventListener("load", () => this.lines === index && this.write());
      this.media.append(element);
      element.track.mode = "disabled";
      element.track.addEventListener("cuechange", () => this.draw());
      this.tracks.push(element.track);
    }
    this.choices();
    this.transcript(this.preferred() ?? 0);
  }

  choices() {
    const select = byId("captions-select");
    select.replaceChildren(new Option(this.words.say("off"), "-1"));
    this.film.captions.forEach(({ label }, index) => select.add(new Option(label, String(index))));
    byId("captions-choice").hidden = false;
    select.addEventListener("change", () => this.show(Number(select.value)));
    byId("stage").addEventListener("captions", () => this.show(this.shown === null ? (this.preferred() ?? 0) : -1));
    const wanted = localStorage.getItem(CHOICE);
    if (wanted) this.show(this.film.captions.findIndex(({ language }) => language === wanted));
  }

  preferred() {
    const index = this.film.captions.findIndex(({ language }) => language.split("-")[0] === this.film.language);
    return index < 0 ? null : index;
  }

  show(index) {
    this.shown = index < 0 ? null : index;
    this.tracks.forEach((track, at) => (track.mode = at === index || at === this.lines ? "hidden" : "disabled"));
    byId("captions-select").value = String(index);
    if (index < 0) localStorage.removeItem(CHOICE);
    else {
      localStorage.setItem(CHOICE, this.film.captions[index].language);
      this.transcript(index);
    }
    this.draw();
  }

  draw() {
    const over = byId("captions");
    const cues = this.shown === null ? [] : [...(this.tracks[this.shown].activeCues ?? [])];
    over.lang = this.shown === null ? "" : this.film.captions[this.shown].language;
    over.replaceChildren(...cues.map((cue) => {
      const line = document.createElement("p");
      line.dir = "auto";
      line.append(cue.getCueAsHTML());
      return line;
    }));
    this.follow();
  }

  transcript(index) {
    if (!byId("transcript") || this.lines === index) return;
    this.lines = index;
    this.tracks[index].mode = "hidden";
    this.write();
  }

  write() {
    const cues = [...(this.tracks[this.lines].cues ?? [])];
    if (!cues.length) return;
    const lines = byId("lines");
    lines.lang = this.film.captions[this.lines].language;
    lines.replaceChildren(...cues.map((cue) => {
      const line = document.createElement("button");
      line.type = "button";
      line.dir = "auto";
      line.textContent = cue.getCueAsHTML().textContent;
      line.dataset.start = cue.startTime;
      line.addEventListener("click", () => this.goTo(cue.startTime));
      return line;
    }));
  }

  follow() {
    const panel = byId("transcript");
    if (!panel?.open || this.lines === undefined) return;
    const now = this.media.currentTime;
    let current = null;
    for (const line of byId("lines").querySelectorAll("button")) {
      line.removeAttribute("aria-current");
      if (Number(line.dataset.start) <= now + 0.05) current = line;
    }
    if (!current) return;
    current.setAttribute("aria-current", "true");
    const box = byId("lines");
    if (!box.matches(":hover, :focus-within")) box.scrollTop = current.offsetTop - box.clientHeight / 2;
  }
}
