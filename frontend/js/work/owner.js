// The owner's pages: the colour that is being chosen.

// The colour well and the written colour are one: either changes the other, and the preview follows the written one.
function joinColours(group) {
  const well = group.querySelector("[data-well]");
  const field = group.querySelector("input:not([data-well])");
  well.addEventListener("input", () => {
    field.value = well.value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  field.addEventListener("input", () => {
    if (/^#[0-9a-f]{6}$/i.test(field.value)) well.value = field.value;
  });
}

document.querySelectorAll("[data-colour]").forEach(joinColours);
