// The outline of a course by dragging: over the upper or lower part of a lesson puts it before or after, over the middle below it.
// The buttons beside each lesson do the same. The page sends itself after each step.
let dragged = null;
let target = null;

const lessonOf = (event) => event.target.closest?.("[data-lesson]");
const unmark = () => {
  for (const row of document.querySelectorAll("[data-drop]")) delete row.dataset.drop;
};

document.addEventListener("dragstart", (event) => {
  dragged = lessonOf(event);
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", "");
  dragged.classList.add("is-dragged");
});
document.addEventListener("dragover", (event) => {
  const over = lessonOf(event);
  if (!dragged || !over) return;
  event.preventDefault();
  unmark();
  target = null;
  if (dragged.contains(over)) return;
  const row = over.querySelector("[data-row]");
  const box = row.getBoundingClientRect();
  const share = (event.clientY - box.top) / box.height;
  const place = share < 0.3 ? "before" : share > 0.7 ? "after" : "below";
  row.dataset.drop = place;
  target = { over, place };
});
document.addEventListener("drop", (event) => dragged && event.preventDefault());
document.addEventListener("dragend", () => {
  if (!dragged) return;
  dragged.classList.remove("is-dragged");
  unmark();
  if (target) {
    const { over, place } = target;
    if (place === "below") listBelow(over).append(dragged);
    else over[place](dragged);
    const form = dragged.closest("[data-outline]");
    for (const field of form.querySelectorAll("[name=place]")) {
      const lesson = field.closest("[data-lesson]");
      field.value = `${lesson.dataset.lesson}:${lesson.parentElement.closest("[data-lesson]")?.dataset.lesson ?? ""}`;
    }
    form.requestSubmit();
  }
  dragged = target = null;
});

function listBelow(lesson) {
  let list = lesson.querySelector(":scope > ol");
  if (!list) {
    list = document.createElement("ol");
    list.className = "outline-below";
    lesson.append(list);
  }
  return list;
}

// A lesson that was moved keeps the focus, also when it can go no further.
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  const pressed = detail.requestConfig?.triggeringEvent?.submitter;
  if (!pressed?.id) return;
  const [step, ...rest] = pressed.id.split("-");
  const other = { up: "down", down: "up", in: "out", out: "in" }[step];
  const found = [step, other, "up", "down"].map((name) => document.getElementById([name, ...rest].join("-")));
  found.find((button) => button && !button.disabled)?.focus();
});
