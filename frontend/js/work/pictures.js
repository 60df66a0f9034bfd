// A picture is sent where [data-pictures] says, and its Markdown is written into the text that was used last. The words that
// describe it are selected: whoever types replaces them.
for (const bringer of document.querySelectorAll("[data-pictures]")) {
  const form = bringer.closest("form");
  const [button, file, status] = ["button", "input", "[role=status]"].map((which) => bringer.querySelector(which));
  let field = form.querySelector("textarea");
  form.addEventListener("focusin", ({ target }) => {
    if (target.matches("textarea, input.input:not([inputmode])")) field = target;
  });
  button.addEventListener("click", () => file.click());
  file.addEventListener("change", async () => {
    const [picture] = file.files;
    if (!picture) return;
    button.disabled = true;
    try {
      const address = `${bringer.dataset.pictures}&file_name=${encodeURIComponent(picture.name)}`;
      const answer = await fetch(address, { method: "POST", body: picture, headers: { "content-type": "application/octet-stream" } });
      const said = await answer.json();
      if (answer.ok) insert(field, said.address, bringer.dataset.described);
      status.textContent = answer.ok ? "" : said.detail;
    } catch {
      status.textContent = bringer.dataset.failed;
    }
    button.disabled = false;
    file.value = "";
  });
  bringer.hidden = false;
}

function insert(field, address, described) {
  const start = field.selectionStart ?? field.value.length;
  field.setRangeText(`![${described}](${address})`, start, field.selectionEnd ?? start, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
  field.setSelectionRange(start + 2, start + 2 + described.length);
}
