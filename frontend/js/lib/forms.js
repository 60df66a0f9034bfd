// A form is sent once: its button says so and waits. A page that comes back from the history is ready again.
const rest = (form) => {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
};

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "get" || form.dataset.repeat !== undefined || event.defaultPrevented) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  (event.submitter ?? form.querySelector("[type=submit]"))?.setAttribute("aria-busy", "true");
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form");
  if (form) rest(form);
});
addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(rest);
});

// A filter form sends itself when a choice changes; its button is for those without JavaScript.
document.addEventListener("change", (event) => {
  event.target.closest("form[data-autosubmit]")?.requestSubmit();
});

// After a refused form, the first field that is wrong has the focus.
const focusFirstError = (root) => root.querySelector?.("[aria-invalid=true]")?.focus();
focusFirstError(document);
document.addEventListener("htmx:afterSwap", (event) => focusFirstError(event.target));

// Fields that show or hide with a choice: data-shown-if="name=value".
const reveal = () => {
  for (const part of document.querySelectorAll("[data-shown-if]")) {
    const [name, value] = part.dataset.shownIf.split("=");
    const form = part.closest("form");
    const chosen = new FormData(form).getAll(name).includes(value);
    part.hidden = !chosen;
    for (const control of part.querySelectorAll("input, select, textarea")) control.disabled = !chosen;
  }
};
document.addEventListener("change", reveal);
reveal();
