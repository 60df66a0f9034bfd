// A PDF page by page, drawn by PDF.js, which fetches only the parts of the file that it needs.
import { getDocument, GlobalWorkerOptions, TextLayer } from "pdfjs-dist";

const root = document.getElementById("document");
const { file, worker, content, broken, pageLabel } = root.dataset;
const leaf = document.getElementById("leaf");
const field = document.getElementById("page");
const news = document.getElementById("leaf-news");
const bar = root.querySelector("[role=toolbar]");
const WIDTH_MAX = 960;
const SHARPNESS_MAX = 2;
const key = `page:${content}`;

GlobalWorkerOptions.workerSrc = worker;
let book = null;
let current = 0;
let turn = 0;

const remembered = () => {
  try {
    return Number(localStorage.getItem(key)) || 0;
  } catch {
    return 0; // a browser that keeps nothing
  }
};
const remember = (number) => {
  try {
    localStorage.setItem(key, String(number));
  } catch {
    // then it is not remembered
  }
};

async function show(number, { focus = false } = {}) {
  const wanted = Math.min(Math.max(1, Math.round(number) || 1), book.numPages);
  const mine = ++turn;
  const page = await book.getPage(wanted);
  const width = Math.min(leaf.parentElement.clientWidth, WIDTH_MAX);
  const viewport = page.getViewport({ scale: width / page.getViewport({ scale: 1 }).width });
  const sharpness = Math.min(devicePixelRatio || 1, SHARPNESS_MAX);
  const canvas = document.createElement("canvas");
  canvas.width = Math.floor(viewport.width * sharpness);
  canvas.height = Math.floor(viewport.height * sharpness);
  canvas.setAttribute("aria-hidden", "true");
  await page.render({ canvas, viewport: page.getViewport({ scale: viewport.scale * sharpness }) }).promise;
  if (mine !== turn) return; // somebody has turned on
  const words = document.createElement("div");
  words.className = "leaf-words";
  leaf.style.inlineSize = `${viewport.width}px`;
  leaf.style.setProperty("--total-scale-factor", String(viewport.scale));
  leaf.style.setProperty("--scale-factor", String(viewport.scale));
  leaf.replaceChildren(canvas, words);
  await new TextLayer({ textContentSource: page.streamTextContent(), container: words, viewport }).render();
  current = wanted;
  field.value = wanted;
  leaf.setAttribute("aria-label", pageLabel.replace("{number}", wanted));
  news.textContent = pageLabel.replace("{number}", wanted);
  for (const button of bar.querySelectorAll("[data-turn]")) {
    const next = wanted + Number(button.dataset.turn);
    button.disabled = next < 1 || next > book.numPages;
  }
  history.replaceState(null, "", `${location.pathname}?page=${wanted}`);
  remember(wanted);
  if (focus) leaf.scrollIntoView({ block: "nearest" });
}

async function open() {
  try {
    book = await getDocument({ url: file, disableAutoFetch: true, isEvalSupported: false, enableXfa: false }).promise;
    document.getElementById("pages").textContent = book.numPages;
    field.max = book.numPages;
    bar.hidden = false;
    const asked = new URLSearchParams(location.search).get("page");
    await show(asked ? Number(asked) : remembered() || Number(root.dataset.page));
  } catch {
    leaf.textContent = broken;
  }
}

bar.addEventListener("click", (event) => {
  const button = event.target.closest("[data-turn]");
  if (button) show(current + Number(button.dataset.turn));
});
field.addEventListener("change", () => show(Number(field.value)));
root.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-page]");
  if (!link || event.metaKey || event.ctrlKey || !book) return;
  event.preventDefault();
  show(Number(link.dataset.page), { focus: true });
});
addEventListener("keydown", (event) => {
  if (!book || event.target.closest("input, textarea, select") || event.altKey || event.ctrlKey || event.metaKey) return;
  // In a document that is written from right to left the next page lies to the left; ours is laid out by the site's direction.
  const onwards = document.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
  const back = document.dir === "rtl" ? "ArrowRight" : "ArrowLeft";
  if (event.key === onwards || event.key === "PageDown") show(current + 1);
  else if (event.key === back || event.key === "PageUp") show(current - 1);
  else return;
  event.preventDefault();
});
let resizing = 0;
addEventListener("resize", () => {
  clearTimeout(resizing);
  resizing = setTimeout(() => book && show(current), 200);
});
open();
