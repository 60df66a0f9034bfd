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

  holds(at) {
    return this.lease !== null && this.lease.start <= at && at < this.lease.end;
  }

  // Whether a moment lies after all that the last report let out.
  isBeyond(at) {
    return this.lease !== null && at > this.lease.end + EARLY_MS;
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

// The system's player fetches ahead as it likes and sends no lease but the cookie. So its playlist grows with the lease: it never
// knows of a piece that it may not have.
function attachNative(media, address, startS, onBroken) {
  if (!media.canPlayType("application/vnd.apple.mpegurl")) {
    onBroken("unsupported");
    return { setQuality() {}, detach() {} };
  }
  const listening = new AbortController();
  const once = { once: true, signal: listening.signal };
  media.src = `${address}&paced=${Math.round(startS * 1000)}`;
  media.addEventListener("loadedmetadata", () => Math.abs(media.currentTime - startS) > 1 && (media.currentTime = startS), once);
  media.addEventListener("error", () => onBroken("failed"), once);
  const detach = () => {
    listening.abort();
    media.removeAttribute("src");
    media.load();
  };
  return { isNative: true, setQuality() {}, detach };
}
