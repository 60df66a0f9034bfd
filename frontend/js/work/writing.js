// Words are not lost: what is typed into a [data-writing] form stays in this browser until it is saved. A chosen text file is
// read into the field that [data-file-into] names.
const KEEP_AFTER_MS = 400;

for (const form of document.querySelectorAll("[data-writing]")) {
  const key = `writing:${form.dataset.writing}`;
  const field = form.querySelector("textarea");
  const notice = form.querySelector("[data-recovered]");
  const saved = field.defaultValue;
  const read = () => {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  };
  const forget = () => {
    localStorage.removeItem(key);
    notice.hidden = true;
  };
  const kept = read();
  if (kept && kept.at > Number(form.dataset.savedAt) && kept.text !== saved) notice.hidden = false;
  else forget();
  form.querySelector("[data-recover]").addEventListener("click", () => {
    field.value = read()?.text ?? field.value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    notice.hidden = true;
    field.focus();
  });
  form.querySelector("[data-forget]").addEventListener("click", forget);
  let timer;
  let isSending = false;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => localStorage.setItem(key, JSON.stringify({ at: Date.now(), text: field.value })), KEEP_AFTER_MS);
  });
  form.addEventListener("submit", () => (isSending = true));
  addEventListener("beforeunload", (event) => {
    if (!isSending && field.value !== saved) event.preventDefault();
  });
}

for (const zone of document.querySelectorAll("[data-file-into]")) {
  const field = document.getElementById(zone.dataset.fileInto);
  zone.querySelector("input[type=file]").addEventListener("change", async ({ target }) => {
    if (!target.files.length) return;
    field.value = await target.files[0].text();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
