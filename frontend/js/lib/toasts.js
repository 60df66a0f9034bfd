// Short news at the bottom of the page, read out by screen readers (the region is aria-live).
const SHOWN_MS = 6000;

export function announce(text, tone = "note") {
  const region = document.getElementById("toasts");
  if (!region || !text) return;
  const note = document.createElement("div");
  note.className = "toast-note";
  note.dataset.tone = tone;
  note.textContent = text;
  region.append(note);
  setTimeout(() => note.remove(), SHOWN_MS);
}

for (const note of document.querySelectorAll("#toasts .toast-note")) setTimeout(() => note.remove(), SHOWN_MS);
