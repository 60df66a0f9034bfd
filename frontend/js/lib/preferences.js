// Theme: the form works alone; here it changes the page at once and saves behind it.
document.addEventListener("submit", (event) => {
  const theme = event.submitter?.name === "theme" ? event.submitter.value : null;
  if (!theme) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  for (const button of event.target.querySelectorAll("[name=theme]")) button.setAttribute("aria-pressed", String(button.value === theme));
  const body = new URLSearchParams(new FormData(event.target, event.submitter));
  fetch(event.target.action, { method: "POST", body, redirect: "manual" });
}, { capture: true });

// The reader's time zone, so that dates on the next page are theirs even before they sign in.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && !document.cookie.includes(`zone=${zone}`)) document.cookie = `zone=${zone}; path=/; max-age=31536000; samesite=lax`;
