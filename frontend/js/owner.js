// The owner's pages: the proof of the books while it goes on, and the colour that is being chosen.

async function* lines(body) {
  let rest = "";
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const found = (rest + text).split("\n");
    rest = found.pop();
    yield* found.filter(Boolean).map((line) => JSON.parse(line));
  }
}

// The server sends a line of JSON per step, and the outcome as the last one.
function watchProof(section) {
  const part = (name) => section.querySelector(`[data-${name}]`);
  const language = document.documentElement.lang;

  function show(outcome) {
    const notice = part("outcome");
    notice.hidden = false;
    notice.className = `notice tone-${outcome?.clean ? "good" : "bad"}`;
    const count = new Intl.NumberFormat(language).format(outcome?.transfers ?? 0);
    const { clean, broken, lost } = section.dataset;
    part("said").textContent = !outcome ? lost : outcome.clean ? clean.replace("{transfers}", count) : broken;
    const problems = (outcome?.problems ?? []).map((problem) => Object.assign(document.createElement("li"), { textContent: problem }));
    part("problems").replaceChildren(...problems);
  }

  async function prove(address) {
    const meter = section.querySelector("progress");
    const answer = await fetch(address, { method: "POST" });
    if (!answer.ok) throw new Error(answer.statusText);
    for await (const line of lines(answer.body)) {
      meter.max = line.total;
      meter.value = line.done;
      part("step").textContent = line.title ?? "";
      if (line.clean !== undefined) return line;
    }
  }

  part("check-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = event.target.querySelector("button");
    button.setAttribute("aria-busy", "true");
    part("outcome").hidden = true;
    part("steps").hidden = false;
    show(await prove(event.target.action).catch(() => undefined));
    button.removeAttribute("aria-busy");
    part("steps").hidden = true;
  });
  const time = section.querySelector("[data-time]");
  if (time) time.textContent = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(new Date(time.dateTime));
}

// The colour well and the written colour are one: either changes the other, and the preview follows the written one.
function joinColours(group) {
  const well = group.querySelector("[data-well]");
  const field = group.querySelector("input:not([data-well])");
  well.addEventListener("input", () => {
    field.value = well.value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  field.addEventListener("input", () => {
    if (/^#[0-9a-f]{6}$/i.test(field.value)) well.value = field.value;
  });
}

document.querySelectorAll("[data-check]").forEach(watchProof);
document.querySelectorAll("[data-colour]").forEach(joinColours);
