// Menus are <details class="drop">: they work without this; with it they close on Escape, elsewhere, and one at a time.
const open = () => document.querySelectorAll("details.drop[open]");

document.addEventListener("click", (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of open()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  const toggle = event.target.closest("[data-toggle]");
  if (!toggle) return;
  const shown = document.getElementById(toggle.dataset.toggle).classList.toggle("is-open");
  toggle.setAttribute("aria-expanded", String(shown));
});
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  document.body.dispatchEvent(new CustomEvent("toast", { detail: { text: button.dataset.copied, tone: "good" } }));
});
