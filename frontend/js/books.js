// The proof of the books, step by step: the server sends a line of JSON per step and the outcome as the last one.
const section = document.querySelector("[data-check]");
const part = (name) => section.querySelector(`[data-${name}]`);

async function* lines(body) {
  let rest = "";
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const found = (rest + text).split("\n");
    rest = found.pop();
    yield* found.filter(Boolean).map((line) => JSON.parse(line));
  }
}

function show(outcome) {
  const notice = part("outcome");
  notice.hidden = false;
  notice.className = `notice tone-${outcome.clean ? "good" : "bad"}`;
  const count = new Intl.NumberFormat(document.documentElement.lang).format(outcome.transfers);
  part("said").textContent = outcome.clean ? section.dataset.clean.replace("{transfers}", count) : section.dataset.broken;
  part("problems").replaceChildren(...outcome.problems.map((problem) => Object.assign(document.createElement("li"), { textContent: problem })));
}

part("check-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = event.target.querySelector("button");
  const meter = section.querySelector("progress");
  button.setAttribute("aria-busy", "true");
  part("outcome").hidden = true;
  part("steps").hidden = false;
  let outcome;
  try {
    const answer = await fetch(event.target.action, { method: "POST" });
    if (!answer.ok) throw new Error(answer.statusText);
    for await (const line of lines(answer.body)) {
      meter.max = line.total;
      meter.value = line.done;
      part("step").textContent = line.title ?? "";
      if (line.clean !== undefined) outcome = line;
    }
  } catch {
    outcome = undefined;
  }
  button.removeAttribute("aria-busy");
  part("steps").hidden = true;
  if (outcome) return show(outcome);
  part("outcome").hidden = false;
  part("outcome").className = "notice tone-bad";
  part("said").textContent = section.dataset.lost;
});

const time = section.querySelector("[data-time]");
if (time) time.textContent = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" }).format(new Date(time.dateTime));
