// Measures active reading time while the page is visible and in use, and checks answers without leaving the page.

import { replace } from "./elements.js";

const article = document.querySelector("[data-time]");
const BEACON_S = 20;
const IDLE_S = 120; // after this time without input, a reader is no longer active
let active = 0;
let lastInput = performance.now();

for (const name of ["pointerdown", "pointermove", "keydown", "scroll", "touchstart"]) {
  addEventListener(name, () => { lastInput = performance.now(); }, { passive: true });
}

function lastHeading() {
  const headings = [...article.querySelectorAll("h2[id], .check[id]")];
  return headings.filter((heading) => heading.getBoundingClientRect().top < 200).at(-1)?.id ?? "";
}

function sendBeacon() {
  const body = new FormData();
  body.set("csrf_token", article.dataset.token);
  body.set("seconds", Math.round(active));
  body.set("place", lastHeading());
  active = 0;
  const headers = { Accept: "application/json" };
  fetch(article.dataset.time, { method: "POST", body, keepalive: true, headers }).catch(() => {});
}

setInterval(() => {
  if (document.visibilityState === "visible" && performance.now() - lastInput < IDLE_S * 1000) active += 1;
  if (active >= BEACON_S) sendBeacon();
}, 1000);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden" && active) sendBeacon();
  else lastInput = performance.now();
});
sendBeacon();

async function checkAnswer(event) {
  const form = event.target.closest("form[data-check]");
  if (!form) return;
  event.preventDefault();
  try {
    const headers = { Accept: "application/json" };
    const reply = await fetch(form.action, { method: "POST", body: new FormData(form), headers });
    const result = await reply.json();
    if (result.html) replace(form.closest(".check"), result.html);
    else showError(form, result.error);
  } catch {
    form.submit();
  }
}

function showError(form, text) {
  const line = form.querySelector(".error") ?? form.querySelector(".actions").appendChild(document.createElement("p"));
  line.className = "error";
  line.setAttribute("role", "alert");
  line.textContent = text;
}

article.addEventListener("submit", checkAnswer);

// A definition opens below its term: on hover with a mouse, on click or key press everywhere.
function placedDefinition(term) {
  const box = document.getElementById(term.getAttribute("popovertarget"));
  const spot = term.getBoundingClientRect();
  box.style.setProperty("--top", `${Math.min(spot.bottom + 6, innerHeight - 180)}px`);
  box.style.setProperty("--left", `${Math.max(8, Math.min(spot.left, innerWidth - 340))}px`);
  return box;
}
for (const term of document.querySelectorAll("button.term")) {
  let leaving;
  const box = placedDefinition(term);
  term.addEventListener("pointerenter", (event) => {
    if (event.pointerType === "mouse") placedDefinition(term).showPopover();
  });
  term.addEventListener("click", () => placedDefinition(term));
  const leave = () => { leaving = setTimeout(() => box.hidePopover(), 300); };
  term.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") leave(); });
  box.addEventListener("pointerenter", () => clearTimeout(leaving));
  box.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") leave(); });
}

// Counts down until the section can be completed. The server decides; this line only says what it would answer now.
const waiting = document.querySelector("[data-wait] span");
if (waiting) {
  const until = performance.now() + Number(waiting.parentElement.dataset.wait) * 1000;
  const words = (n, unit) => `${n} ${unit}${n === 1 ? "" : "s"}`;
  const timer = setInterval(() => {
    const left = Math.ceil((until - performance.now()) / 1000);
    if (left <= 0) {
      clearInterval(timer);
      waiting.textContent = "You can complete this section now.";
    } else {
      const time = left < 60 ? words(left, "second") : words(Math.ceil(left / 60), "minute");
      waiting.textContent = `You can complete this section in ${time}.`;
    }
  }, 1000);
}
