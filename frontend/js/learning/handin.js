// Files of a hand-in: each is sent to the API as it is chosen; then the page is shown anew with them.
for (const place of document.querySelectorAll("[data-hand-in]")) {
  const input = place.querySelector("input[type=file]");
  const state = place.querySelector("[data-hand-in-state]");
  input?.addEventListener("change", async () => {
    input.disabled = true;
    state.textContent = state.dataset.sending;
    for (const file of input.files) {
      const address = `${place.dataset.handIn}?file_name=${encodeURIComponent(file.name)}`;
      try {
        const answer = await fetch(address, { method: "PUT", body: file, headers: { "content-type": "application/octet-stream" } });
        if (!answer.ok) throw new Error((await answer.json()).detail);
      } catch (error) {
        state.textContent = error instanceof TypeError ? state.dataset.broken : error.message;
        state.setAttribute("role", "alert");
        input.disabled = false;
        input.value = "";
        return;
      }
    }
    window.location.reload();
  });
}
