// An open line from the server: the number on the bell, and the list again when something has arrived.
const list = () => document.getElementById("notifications");
const line = new EventSource(list().dataset.stream);
let known = null;

line.addEventListener("notification", ({ data }) => {
  const { unread, id, title } = JSON.parse(data);
  const badge = document.getElementById("unread");
  badge.hidden = unread === 0;
  badge.textContent = unread < 100 ? unread : "99+";
  const news = document.getElementById("news");
  if (id) news.textContent = `${news.dataset.arrived} ${title}`;
  // The first event only says how things stand; the page that was just loaded shows that already.
  const isFirst = known === null;
  const changed = id || unread !== known;
  known = unread;
  if (!isFirst && changed) window.htmx.ajax("GET", location.href, { target: "#notifications", swap: "outerHTML" });
});
addEventListener("pagehide", () => line.close());
