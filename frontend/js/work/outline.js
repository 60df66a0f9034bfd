// The outline of a course by dragging: a lesson goes before or after another one, or below it. The buttons beside each lesson do
// the same. The page sends itself after each step.
import { sortable } from "../lib/sorting.js";

function start() {
  for (const form of document.querySelectorAll("[data-outline]:not([data-sorted])")) {
    form.dataset.sorted = "";
    form.querySelectorAll("[data-lesson]").forEach(openBelow);
    for (const list of form.querySelectorAll("ol")) sortable(list, { group: "outline", onEnd: () => send(form) });
  }
}

// Below every lesson there is room for others.
function openBelow(lesson) {
  if (lesson.querySelector(":scope > ol")) return;
  const list = document.createElement("ol");
  list.className = "outline-below";
  lesson.append(list);
}

function send(form) {
  for (const field of form.querySelectorAll("[name=place]")) {
    const lesson = field.closest("[data-lesson]");
    field.value = `${lesson.dataset.lesson}:${lesson.parentElement.closest("[data-lesson]")?.dataset.lesson ?? ""}`;
  }
  form.requestSubmit();
}

// A lesson that was moved keeps the focus, also when it can go no further.
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  start();
  const pressed = detail.requestConfig?.triggeringEvent?.submitter;
  if (!pressed?.id) return;
  const [step, ...rest] = pressed.id.split("-");
  const other = { up: "down", down: "up", in: "out", out: "in" }[step];
  const found = [step, other, "up", "down"].map((name) => document.getElementById([name, ...rest].join("-")));
  found.find((button) => button && !button.disabled)?.focus();
});
start();
