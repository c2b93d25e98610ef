// What htmx does not do for us. Every view works without this file.
"use strict";

document.documentElement.classList.add("scripted");

// "/" goes to the search field, unless somebody writes.
document.addEventListener("keydown", (event) => {
  const writes = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || writes || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  document.querySelector("[data-find]").focus();
});

// What was for one answer does not stay in the address: people share it, and load it again.
const here = document.body.dataset.here;
if (here && here !== location.pathname + location.search) {
  history.replaceState(history.state, "", here + location.hash);
}

// A filter that is chosen is applied, and the keyboard stays at it: with arrows one goes from choice
// to choice. Empty ones stay out of the address.
const CHOSEN = "kordon-chosen";
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-auto]");
  if (!form) return;
  try {
    sessionStorage.setItem(CHOSEN, event.target.name);
  } catch {} // a browser may forbid it
  form.requestSubmit();
});
try {
  const chosen = sessionStorage.getItem(CHOSEN);
  sessionStorage.removeItem(CHOSEN);
  document.querySelector("form[data-auto]")?.elements[chosen]?.focus({ preventScroll: true });
} catch {}
document.addEventListener("formdata", (event) => {
  if (!event.target.matches("form[data-auto], form[role=search]")) return;
  for (const [name, value] of [...event.formData]) if (!value) event.formData.delete(name);
});

// Going back, a browser keeps what was chosen last, though the view is of what was chosen before.
window.addEventListener("pageshow", (event) => {
  const how = performance.getEntriesByType("navigation")[0]?.type;
  if (!event.persisted && how !== "back_forward") return;
  const forms = document.querySelectorAll("form[data-auto], form[role=search]");
  for (const form of forms) form.reset();
});

// What cannot be undone asks once more.
document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.sure;
  if (question && !window.confirm(question)) event.preventDefault();
});

// A stream is open while its view is seen: a browser keeps six connections to a host, and tabs
// opened in the background would take them all. One that could not begin is tried again.
const AGAIN_SECONDS = 20;
const follow = () => {
  if (document.hidden) return;
  for (const view of document.querySelectorAll("[data-live]")) htmx.trigger(view, "kordon-seen");
};
document.addEventListener("htmx:after:process", follow);
document.addEventListener("visibilitychange", follow);
setInterval(follow, 1000 * AGAIN_SECONDS);
document.addEventListener("htmx:sse:before:connection", (event) => {
  if (document.hidden) event.preventDefault();
});

// Without its stream a view may be old, and says so.
const tell = (event) => {
  const away = document.querySelector("[data-away]");
  if (!event.target.matches?.("[data-live]")) return;
  away.textContent = event.type === "htmx:sse:after:connection" ? "" : away.dataset.away;
};
for (const name of ["sse:error", "response:error", "error", "sse:after:connection"]) {
  document.addEventListener(`htmx:${name}`, tell);
}

// Changes arrive in bursts; what depends on them asks again once a burst is over.
const PAUSE_MILLISECONDS = 400;
let waiting;
document.addEventListener("htmx:sse:after:message", (event) => {
  const fresh = event.target.closest("[data-live]")?.querySelector("[data-fresh]");
  if (!fresh || waiting) return;
  waiting = setTimeout(() => {
    waiting = undefined;
    htmx.trigger(fresh, "kordon-changed");
  }, PAUSE_MILLISECONDS);
});

// What changes without any story changing is asked for again, while somebody looks.
for (const part of document.querySelectorAll("[data-every-seconds]")) {
  setInterval(() => {
    if (!document.hidden) htmx.trigger(part, "kordon-due");
  }, 1000 * part.dataset.everySeconds);
}

// An hour of today gets its day at midnight; by the server's clock, as far as we can know it.
const ahead = Date.now() - Date.parse(document.body.dataset.now);
const date = () => {
  for (const told of document.querySelectorAll("[data-until]")) {
    if (Date.now() - ahead < Date.parse(told.dataset.until)) continue;
    told.textContent = told.dataset.later;
    delete told.dataset.until;
  }
};
document.addEventListener("visibilitychange", date);
document.addEventListener("htmx:after:swap", date);
setInterval(date, 1000 * AGAIN_SECONDS);

// A view that was replaced is where the reader goes on.
document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail?.ctx?.target?.id === "view") document.getElementById("main").focus();
});

// How many stories are new stands in the title, too: a window is seen beside others by its name.
document.addEventListener("htmx:after:swap", () => {
  const count = document.querySelector("[data-fresh] .fresh")?.dataset.count;
  document.title = (count ? `(${count}) ` : "") + document.title.replace(/^\([\d+]+\) /, "");
});
