// On every page: htmx, and the few manners that HTML has no attribute for.
import htmx from "htmx.org";
import { announce } from "./lib/toasts.js";
import "./lib/dialogs.js";
import "./lib/dropzone.js";
import "./lib/forms.js";
import "./lib/menus.js";
import "./lib/preferences.js";

window.htmx = htmx;
document.body.addEventListener("htmx:sendError", () => announce(document.body.dataset.offline, "bad"));
document.body.addEventListener("htmx:responseError", () => announce(document.body.dataset.failed, "bad"));
document.body.addEventListener("toast", ({ detail }) => announce(detail.text ?? detail.value, detail.tone));
document.body.addEventListener("click", ({ target }) => target.closest("[data-print]") && print());
// The tab that is open is in sight, also where the tabs are wider than the window.
document.querySelector(".tabs-line [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
