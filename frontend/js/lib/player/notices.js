// What stands over the film when it cannot go on, with what to do next.
const byId = (id) => document.getElementById(id);

export class Notices {
  show(title, text, ways) {
    byId("notice-title").textContent = title;
    byId("notice-text").textContent = text;
    byId("notice-ways").replaceChildren(...ways.map(button));
    byId("notice").hidden = false;
    byId("offer").hidden = true;
    byId("stage").classList.add("is-held");
    byId("stage").classList.remove("is-loading");
    byId("notice-ways").firstElementChild?.focus({ preventScroll: true });
  }

  hide() {
    byId("notice").hidden = true;
    byId("stage").classList.remove("is-held");
  }
}

function button({ label, href, act, isQuiet }) {
  const made = document.createElement(href ? "a" : "button");
  made.className = `btn ${isQuiet ? "btn-plain" : "btn-primary"}`;
  made.textContent = label;
  if (href) made.href = href;
  else {
    made.type = "button";
    made.addEventListener("click", act);
  }
  return made;
}
