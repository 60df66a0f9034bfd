// A drop zone is a label around a file input; here it shows what was chosen and takes what is dropped.
const names = (files) => [...files].map((file) => file.name).join(", ");

function show(zone) {
  const input = zone.querySelector("input[type=file]");
  const label = zone.querySelector("[data-chosen]");
  if (label) label.textContent = input.files.length ? names(input.files) : label.dataset.chosen;
}
document.addEventListener("change", (event) => {
  const zone = event.target.closest(".dropzone");
  if (zone) show(zone);
});
for (const type of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(type, (event) => {
    const zone = event.target.closest?.(".dropzone");
    if (!zone) return;
    event.preventDefault();
    zone.classList.toggle("is-over", type === "dragenter" || type === "dragover");
    if (type !== "drop") return;
    const input = zone.querySelector("input[type=file]");
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
