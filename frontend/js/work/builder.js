// The order of a series by dragging; the buttons beside each part do the same. The page sends itself after each step.
import { sortable } from "../lib/sorting.js";

function start() {
  for (const list of document.querySelectorAll("[data-parts]:not([data-sorted])")) {
    list.dataset.sorted = "";
    sortable(list, { onEnd: () => list.closest("form").requestSubmit() });
  }
}
start();
document.addEventListener("htmx:afterSwap", start);

// The search field narrows what is on the page; Enter does not send the builder away.
document.addEventListener("input", ({ target }) => {
  if (!target.dataset.narrow) return;
  const wanted = target.value.trim().toLocaleLowerCase();
  for (const choice of target.closest("section").querySelectorAll(target.dataset.narrow)) {
    choice.hidden = !choice.dataset.choice.includes(wanted);
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.dataset?.narrow) event.preventDefault();
});

// A part that was moved keeps the focus, also when it has come to an end of the list.
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  const pressed = detail.requestConfig?.triggeringEvent?.submitter;
  if (!pressed) return;
  const same = document.getElementById(pressed.id);
  const other = document.getElementById(pressed.id.replace(/^(up|down)/, (name) => (name === "up" ? "down" : "up")));
  (same && !same.disabled ? same : (other ?? document.getElementById("parts-q")))?.focus();
});
