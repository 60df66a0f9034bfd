// On a phone the facets stand in a drawer; while they are being chosen from, it stays as it is.
let isOpen = false;
document.addEventListener("htmx:beforeSwap", () => {
  isOpen = document.getElementById("facets")?.open ?? false;
});
document.addEventListener("htmx:afterSwap", () => {
  const facets = document.getElementById("facets");
  if (facets) facets.open = isOpen;
});
