// The half of SCORM that runs beside the content, in its own frame: the page around it is of another origin, and the content
// cannot ask it. Here it is answered at once, from what it was started with; what it says goes to the page, which keeps it.
// Put into every page of a package by the server, before anything else in it.
const COMMIT_AFTER_S = 5;
const SUSPEND_LENGTH_MAX = 64_000;
const SUSPEND = "cmi.suspend_data";
const { parent: around, top: page } = window;

const reach = (ask) => {
  try {
    return ask();
  } catch {
    return undefined;
  }
};

function newId() {
  // randomUUID() exists over https only.
  const digit = (one) => (one ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (one / 4)))).toString(16);
  return "10000000-1000-4000-8000-100000000000".replace(/[018]/g, digit);
}

// `name`: where content looks for it; `words`: what its functions are called.
export function serve(Api, { name, words, isLenient }) {
  // A package with an address of its own: the outermost page speaks for all of its frames, as the standard has it.
  if (around !== page && reach(() => around[name])) return;
  const { dataset } = document.currentScript;
  const { launch, item, place, values } = JSON.parse(dataset.launch);
  const isOuter = around === page;
  const mark = `tuition ${launch} ${place} `;
  // The pages of an item follow each other in one window, and each brings a new one of us: what was said stays in its name.
  const before = isOuter && window.name.startsWith(mark) ? JSON.parse(window.name.slice(mark.length)) : null;
  const run = { sitting: before?.sitting ?? newId(), sequence: before?.sequence ?? 0, values: before?.values ?? values, isOn: false };
  let suspended = run.values[SUSPEND] ?? "";
  let leaving = false;

  function tell(isFinal) {
    run.sequence = Math.max(run.sequence + 1, Date.now());
    const report = { item, sequence: run.sequence, sitting: run.sitting, values: run.values, is_final: isFinal };
    page.postMessage({ tuition: launch, report }, "*");
    note();
    // When the page around goes too, it hears nothing any more.
    if (leaving || isFinal) navigator.sendBeacon(dataset.report, JSON.stringify(report));
  }

  function note() {
    const { sitting, sequence, values: said, isOn } = run;
    if (isOuter) window.name = mark + JSON.stringify({ sitting: isOn ? sitting : undefined, sequence, values: said, isOn });
  }

  const api = new Api({
    autocommit: true,
    autocommitSeconds: COMMIT_AFTER_S,
    dataCommitFormat: "flattened",
    lmsCommitUrl: "page",
    logLevel: 5,
    mastery_override: true,
    httpService: {
      updateSettings() {},
      processHttpRequest(_url, said, isFinal) {
        const full = Object.entries(said).filter(([, value]) => typeof value !== "object" && value !== "");
        run.values = Object.fromEntries(full.map(([element, value]) => [element, String(value)]));
        if (isLenient && suspended) run.values[SUSPEND] = suspended;
        tell(Boolean(isFinal));
        return { result: "true", errorCode: 0 };
      },
    },
  });
  const { [SUSPEND]: _long, ...short } = run.values;
  api.loadFromFlattenedJSON(isLenient ? short : run.values, "");

  const facade = Object.fromEntries(Object.values(words).map((word) => [word, (...given) => api[word](...given)]));
  facade[words.start] = (given = "") => {
    // An item that goes on in its next page is running already.
    const isOn = run.isOn ? "true" : api[words.start](given);
    run.isOn = run.isOn || isOn === "true";
    note();
    return isOn;
  };
  facade[words.end] = (given = "") => {
    const isOver = api[words.end](given);
    run.isOn = run.isOn && isOver !== "true";
    note();
    return isOver;
  };
  if (isLenient) {
    // SCORM 1.2 gives 4096 letters; many packages take more, and no player minds.
    facade[words.set] = (element, value) => {
      if (element !== SUSPEND || String(value).length > SUSPEND_LENGTH_MAX) return api[words.set](element, value);
      const isTaken = api[words.set](SUSPEND, "");
      if (isTaken === "true") suspended = String(value);
      return isTaken;
    };
    facade[words.get] = (element) => {
      const value = api[words.get](element);
      return element === SUSPEND && run.isOn ? suspended : value;
    };
  }
  window[name] = facade;
  if (before?.isOn) facade[words.start]("");

  // Twice: the first time the page around hears it and the next page of the item finds it, the second time is certain to come.
  addEventListener("beforeunload", () => run.isOn && api[words.commit](""));
  addEventListener("pagehide", () => {
    leaving = true;
    if (run.isOn) api[words.commit]("");
  });
  standIn(name, facade);
}

// What content expects around itself and a sandbox has not. Nothing of it leaves this window.
function standIn(name, facade) {
  const outside = { [name]: facade, postMessage: (...given) => around.postMessage(...given) };
  outside.parent = outside.top = outside;
  if (!reach(() => around.document)) Object.defineProperty(window, "parent", { value: outside, configurable: true, writable: true });
  for (const storage of ["localStorage", "sessionStorage"]) {
    if (!reach(() => window[storage])) Object.defineProperty(window, storage, { value: memory(), configurable: true });
  }
  if (reach(() => document.cookie) === undefined) Object.defineProperty(document, "cookie", { get: () => "", set() {}, configurable: true });
}

function memory() {
  const kept = new Map();
  return {
    get length() {
      return kept.size;
    },
    clear: () => kept.clear(),
    getItem: (key) => kept.get(String(key)) ?? null,
    key: (index) => [...kept.keys()][index] ?? null,
    removeItem: (key) => void kept.delete(String(key)),
    setItem: (key, value) => void kept.set(String(key), String(value)),
  };
}
