// An article remembers, in this browser, how far it was read; a thin line says how far that is.
const article = document.querySelector("[data-reading]");
const text = document.getElementById("text");
const bar = document.getElementById("progress");
const again = document.getElementById("again");
const key = `reading:${article.dataset.reading}`;
const ENOUGH = 0.04;

const share = () => {
  const { top, height } = text.getBoundingClientRect();
  return Math.min(1, Math.max(0, (innerHeight - top) / height));
};
const goTo = (wanted) => {
  const { top, height } = text.getBoundingClientRect();
  scrollTo({ top: scrollY + top + wanted * height - innerHeight });
};
const read = () => {
  try {
    return Number(localStorage.getItem(key)) || 0;
  } catch {
    return 0; // a browser that keeps nothing
  }
};
const keep = (value) => {
  try {
    localStorage.setItem(key, value.toFixed(3));
  } catch {
    // then it is not remembered
  }
};

const before = read();
const atFirst = share();
if (atFirst < 1) {
  bar.hidden = false;
  if (before > atFirst + ENOUGH && before < 0.99) again.hidden = false;
}
again.querySelector("button").addEventListener("click", () => {
  again.hidden = true;
  goTo(before);
});
const note = () => {
  const now = share();
  bar.value = Math.round(now * 100);
  if (scrollY > 0) keep(now);
  if (now >= before) again.hidden = true;
};
let waiting = false;
addEventListener(
  "scroll",
  () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      note();
    });
  },
  { passive: true },
);
bar.value = Math.round(atFirst * 100);
