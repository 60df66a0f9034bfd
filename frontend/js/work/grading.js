// Grading without the mouse: the first field has the focus, Ctrl and Enter grade, Alt with Page Up and Page Down leads through the
// queue. Letters alone do nothing, so that nothing happens to who dictates.
const form = document.querySelector("[data-grading]");
const wrong = form?.querySelector("[aria-invalid=true]");
(wrong ?? form?.querySelector("input[type=radio]:checked, input:not([type=hidden])"))?.focus({ preventScroll: true });

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form?.requestSubmit(form.querySelector("[type=submit]"));
  }
  const way = event.altKey && { PageUp: "prev", PageDown: "next" }[event.key];
  const link = way && document.querySelector(`[data-grading-queue] a[rel=${way}]`);
  if (link) {
    event.preventDefault();
    link.click();
  }
});
