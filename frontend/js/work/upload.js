// Files on their way to the API in chunks, one after the other: with progress and speed, paused, lost, found again, continued
// after a reload. One uploader per [data-upload]; its sentences are in the page, in the reader's language. When all is through it
// leads to data-done, or, without that, says "uploaded" for htmx and is ready for the next.
const CHUNK_BYTES = 8 * 2 ** 20;
const RETRY_FIRST_MS = 1000;
const RETRY_MAX_MS = 20_000;
const SPEED_OVER_MS = 8000;
const locale = document.documentElement.lang;
// Arabic's short units are single letters, except where the short one is a word and there is no long one.
const WORDS_ALREADY = ["byte", "kilobyte", "terabyte"];
const unitDisplay = (unit) => (locale.startsWith("ar") && !WORDS_ALREADY.includes(unit) ? "long" : "short");
const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);

function size(bytes) {
  let step = 0;
  let value = bytes;
  while (value >= 1000 && step < UNITS.length - 1) [value, step] = [value / 1000, step + 1];
  const digits = value < 10 && step ? 1 : 0;
  return new Intl.NumberFormat(locale, { style: "unit", unit: UNITS[step], unitDisplay: unitDisplay(UNITS[step]), maximumFractionDigits: digits }).format(value);
}

function length(seconds) {
  const [value, unit] = seconds < 90 ? [seconds, "second"] : seconds < 5400 ? [seconds / 60, "minute"] : [seconds / 3600, "hour"];
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: unitDisplay(unit), maximumFractionDigits: 0 }).format(Math.max(1, value));
}

class Refused extends Error {
  constructor(problem, status) {
    super(problem.detail ?? "");
    this.status = status;
    this.expected = problem.expected;
  }
}
class Lost extends Error {}

async function call(method, path, body) {
  let answer;
  try {
    answer = await fetch(path, { method, headers: body ? { "content-type": "application/json" } : {}, body: body && JSON.stringify(body) });
  } catch {
    throw new Lost();
  }
  if (answer.status >= 500 || answer.status === 429) throw new Lost();
  const value = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(value, answer.status);
  return value;
}

// XMLHttpRequest, because fetch does not say how much it has sent.
function put(path, chunk, start, total, onProgress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", path);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.setRequestHeader("content-range", `bytes ${start}-${start + chunk.size - 1}/${total}`);
    request.responseType = "json";
    request.upload.onprogress = (event) => onProgress(start + event.loaded);
    request.onload = () => {
      if (request.status < 300) resolve(request.response);
      else if (request.status >= 500 || request.status === 429) reject(new Lost());
      else reject(new Refused(request.response ?? {}, request.status));
    };
    request.onerror = request.ontimeout = () => reject(new Lost());
    request.onabort = () => reject(new DOMException("stopped", "AbortError"));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(chunk);
  });
}

class Uploader {
  constructor(root) {
    this.root = root;
    this.words = JSON.parse(root.dataset.words);
    this.limit = Number(root.dataset.limit);
    this.seen = [];
    this.queue = [];
    this.input.addEventListener("change", () => {
      this.queue = [...this.input.files];
      this.next();
    });
    this.part("pause").addEventListener("click", () => this.stop(this.words.paused));
    this.part("resume").addEventListener("click", () => this.run());
    this.part("cancel").addEventListener("click", () => this.giveUp());
    for (const left of root.querySelectorAll("[data-unfinished]")) {
      left.querySelector("[data-give-up]").addEventListener("click", () => this.forget(left));
    }
    addEventListener("online", () => this.wake?.());
    addEventListener("beforeunload", (event) => this.running && event.preventDefault());
  }

  get input() {
    return this.root.querySelector("input[type=file]");
  }

  part(name) {
    return this.root.querySelector(`[data-${name}]`);
  }

  async forget(left) {
    try {
      await call("DELETE", `/v1/uploads/${left.dataset.id}`);
      left.remove();
    } catch (error) {
      this.wrong(error.message || this.words.lost);
    }
  }

  next() {
    const file = this.queue.shift();
    if (file) this.choose(file);
  }

  choose(file) {
    this.wrong("");
    const left = this.root.querySelector("[data-unfinished]");
    if (!file.size) return this.wrong(this.words.empty);
    const { accept } = this.input.dataset.checked === undefined ? {} : this.input;
    if (accept && !accept.split(",").includes(`.${file.name.split(".").pop().toLowerCase()}`)) {
      return this.wrong(fill(this.words.kind, { name: file.name, kinds: accept.replaceAll(",", ", ") }));
    }
    if (file.size > this.limit) return this.wrong(fill(this.words.too_large, { size: size(file.size), limit: size(this.limit) }));
    if (left && (left.dataset.name !== file.name || Number(left.dataset.size) !== file.size)) {
      return this.wrong(fill(this.words.other, { name: left.dataset.name }));
    }
    this.file = file;
    this.id = left?.dataset.id;
    this.at = Number(left?.dataset.received ?? 0);
    if (left) left.hidden = true;
    this.part("choose").hidden = true;
    this.part("sending").hidden = false;
    this.part("name").textContent = file.name;
    this.run();
  }

  async run() {
    if (this.running) return;
    this.running = true;
    this.stopping = new AbortController();
    this.wrong("");
    this.buttons(true);
    this.seen = [];
    try {
      await this.untilThrough();
      this.running = false;
      this.through();
    } catch (error) {
      this.failed(error);
    } finally {
      this.running = false;
    }
  }

  through() {
    if (this.root.dataset.done && !this.queue.length) return location.assign(this.root.dataset.done);
    const { queue, file } = this;
    this.reset();
    this.root.dispatchEvent(new CustomEvent("uploaded", { bubbles: true }));
    this.part("added").textContent = fill(this.words.added, { name: file.name });
    this.queue = queue;
    this.next();
  }

  async untilThrough() {
    for (let wait = RETRY_FIRST_MS; ; wait = Math.min(wait * 2, RETRY_MAX_MS)) {
      try {
        await this.attempt(() => (wait = RETRY_FIRST_MS));
        return;
      } catch (error) {
        if (!(error instanceof Lost)) throw error;
        this.say(this.words.lost);
        await Promise.race([pause(wait), new Promise((resolve) => (this.wake = resolve))]);
        if (this.stopping.signal.aborted) throw new DOMException("stopped", "AbortError");
      }
    }
  }

  async attempt(onChunk) {
    if (!this.id) {
      const { begin, begins } = this.root.dataset;
      const begun = await call("POST", begin, { ...JSON.parse(begins), file_name: this.file.name, size: this.file.size });
      this.id = begun.id;
    } else {
      const known = await call("GET", `/v1/uploads/${this.id}`);
      this.at = known.received;
      if (known.status === "completed") return;
    }
    this.say(this.words.sending);
    while (this.at < this.file.size) {
      const chunk = this.file.slice(this.at, this.at + CHUNK_BYTES);
      const answer = await put(`/v1/uploads/${this.id}`, chunk, this.at, this.file.size, (sent) => this.show(sent), this.stopping.signal);
      this.at = answer.received;
      this.show(this.at);
      onChunk();
    }
    this.say(this.words.checking);
    this.part("pause").hidden = true;
    await call("POST", fill(this.root.dataset.finish, { id: this.id }));
    this.say(this.words.done);
  }

  failed(error) {
    if (error.name === "AbortError") return;
    if (error instanceof Refused && error.status === 409 && error.expected !== undefined) {
      this.at = error.expected;
      this.running = false;
      return this.run();
    }
    if (error instanceof Refused && [404, 413, 422].includes(error.status)) {
      this.reset();
      return this.wrong(error.message);
    }
    this.buttons(false);
    this.say("");
    this.wrong(error.message || this.words.failed);
  }

  stop(said) {
    this.stopping?.abort();
    this.wake?.();
    this.running = false;
    this.buttons(false);
    this.say(said);
    this.part("resume").focus();
  }

  async giveUp() {
    const id = this.id;
    this.stop("");
    this.reset();
    if (id) await call("DELETE", `/v1/uploads/${id}`).catch(() => {});
    this.input.focus();
  }

  reset() {
    this.id = undefined;
    this.queue = [];
    this.part("pause").hidden = false;
    this.root.querySelectorAll("[data-unfinished]").forEach((left) => left.remove());
    this.part("choose").hidden = false;
    this.part("sending").hidden = true;
    this.input.value = "";
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  buttons(isRunning) {
    const focused = document.activeElement;
    this.part("pause").hidden = !isRunning;
    this.part("resume").hidden = isRunning;
    if (focused === this.part("resume") && isRunning) this.part("pause").focus();
  }

  show(sent) {
    const now = performance.now();
    this.seen = [...this.seen.filter(([at]) => now - at < SPEED_OVER_MS), [now, sent]];
    const [[since, from]] = this.seen;
    const speed = now > since ? ((sent - from) * 1000) / (now - since) : 0;
    const meter = this.part("meter");
    meter.value = (100 * sent) / this.file.size;
    const figures = [`${size(sent)} / ${size(this.file.size)}`];
    if (speed > 0) figures.push(fill(this.words.speed, { size: size(speed) }), fill(this.words.left, { time: length((this.file.size - sent) / speed) }));
    this.part("figures").textContent = figures.join(" · ");
  }

  say(text) {
    this.part("said").textContent = text;
  }

  wrong(text) {
    const line = this.part("wrong");
    line.hidden = !text;
    line.querySelector("span").textContent = text;
    this.input.toggleAttribute("aria-invalid", Boolean(text));
  }
}

function start() {
  for (const root of document.querySelectorAll("[data-upload]:not([data-begun])")) {
    root.dataset.begun = "";
    new Uploader(root);
  }
}
start();
document.addEventListener("htmx:afterSwap", start);
