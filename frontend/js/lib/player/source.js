// Brings the film to the element: HLS by hls.js, or the browser's own where it has no MediaSource. A piece is asked for only
// when the lease of the last report covers it, so that what cannot be paid is never fetched.
import Hls from "hls.js/light";

const BUFFER_S = 20;
const EARLY_MS = 50; // segment times are rounded to the millisecond

export class Gate {
  constructor(renew) {
    this.renew = renew;
    this.lease = null;
    this.waiting = new Set();
  }

  open({ lease, lease_start_ms: start, lease_end_ms: end }) {
    this.lease = lease ? { value: lease, start, end, until: Date.now() + 270_000 } : null;
    for (const waiter of [...this.waiting]) waiter();
  }

  allows(start, end) {
    return this.lease && Date.now() < this.lease.until && start < this.lease.end - EARLY_MS && end > this.lease.start;
  }

  async pass(start, end, isDropped) {
    if (this.lease && Date.now() >= this.lease.until) this.renew();
    while (!isDropped() && !this.allows(start, end)) {
      await new Promise((resolve) => {
        const go = () => {
          this.waiting.delete(go);
          resolve();
        };
        this.waiting.add(go);
      });
    }
  }
}

export function attach(media, address, gate, { startS, onQualities, onBroken }) {
  if (!Hls.isSupported()) return attachNative(media, address, startS, onBroken);
  const hls = new Hls({
    capLevelToPlayerSize: true,
    enableWorker: false,
    fLoader: gatedLoader(gate),
    maxBufferLength: BUFFER_S,
    maxMaxBufferLength: BUFFER_S,
    startPosition: startS,
    xhrSetup: (request) => gate.lease && request.setRequestHeader("Tuition-Lease", gate.lease.value),
  });
  hls.on(Hls.Events.MANIFEST_PARSED, () => onQualities(hls.levels.map(({ height, bitrate }) => (height ? `${height}p` : `${Math.round(bitrate / 1000)} kbit/s`))));
  hls.on(Hls.Events.ERROR, (_, { fatal, type, response }) => {
    if (response?.code === 403) gate.renew();
    if (!fatal) return;
    if (type === Hls.ErrorTypes.MEDIA_ERROR) hls.recoverMediaError();
    else onBroken("failed");
  });
  hls.loadSource(address);
  hls.attachMedia(media);
  return {
    setQuality: (index) => (hls.currentLevel = index),
    resume: () => hls.startLoad(),
    detach: () => hls.destroy(),
  };
}

function gatedLoader(gate) {
  return class extends Hls.DefaultConfig.loader {
    load(context, config, callbacks) {
      const { frag } = context;
      const isInit = frag.sn === "initSegment";
      const [start, end] = isInit ? [0, Infinity] : [frag.start * 1000, (frag.start + frag.duration) * 1000];
      const dropped = () => this.isDropped;
      const ready = isInit ? gate.pass(-Infinity, Infinity, dropped) : gate.pass(start, end, dropped);
      ready.then(() => this.isDropped || super.load(context, config, callbacks));
    }

    abort() {
      this.isDropped = true;
      super.abort();
    }

    destroy() {
      this.isDropped = true;
      super.destroy();
    }
  };
}

function attachNative(media, address, startS, onBroken) {
  if (!media.canPlayType("application/vnd.apple.mpegurl")) {
    onBroken("unsupported");
    return { setQuality() {}, resume() {}, detach() {} };
  }
  media.src = address;
  media.addEventListener("loadedmetadata", () => (media.currentTime = startS), { once: true });
  media.addEventListener("error", () => onBroken("failed"));
  const detach = () => {
    media.removeAttribute("src");
    media.load();
  };
  return { setQuality() {}, resume: () => media.load(), detach };
}
