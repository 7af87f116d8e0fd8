// Follows the server: its time, the deadline, which answers stand. Speaks at 10, 5 and 1 minutes, or when asked.

import { flush, say, token, waiting } from "./queue.js";

const EVERY = 20000; // ms between two looks at the server
const SPOKEN_AT = [60, 300, 600]; // seconds left
const box = document.querySelector("[data-clock]");
const part = (name) => box.querySelector(`[data-${name}]`);
const listeners = [];
let offset = Date.parse(box.dataset.now) - performance.now(); // the server's time less the page's
let deadline = box.dataset.deadline ? Date.parse(box.dataset.deadline) : null;
let ended = false;

const left = () => Math.max(0, Math.ceil((deadline - performance.now() - offset) / 1000));

function words(seconds) {
  const unit = (count, name) => (count === 1 ? `1 ${name}` : `${count} ${name}s`);
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  if (minutes >= 10 || (minutes && !rest)) return `${unit(minutes, "minute")} left`;
  return `${minutes ? `${unit(minutes, "minute")} ` : ""}${unit(rest, "second")} left`;
}

function speak(text) {
  part("spoken").textContent = "";
  setTimeout(() => { part("spoken").textContent = text; }, 100); // the same words twice are read twice
}

// Remembered over the pages of the attempt, so that each threshold is spoken of once; a page that opens is silent.
function speakIfDue(seconds) {
  const bracket = String(SPOKEN_AT.find((most) => seconds <= most) ?? Infinity);
  const before = sessionStorage.getItem(box.dataset.clock);
  sessionStorage.setItem(box.dataset.clock, bracket);
  if (before !== null && Number(bracket) < Number(before)) speak(words(seconds));
}

function show() {
  part("limit").hidden = deadline === null;
  if (deadline === null || ended) return;
  const seconds = left();
  part("left").textContent = words(seconds);
  part("until").textContent = new Date(deadline).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  box.dataset.state = seconds <= 60 ? "short" : "";
  speakIfDue(seconds);
  if (seconds === 0) end();
}

// The time is up: what waits goes up while the grace lasts, then the attempt is submitted.
async function end() {
  ended = true;
  part("left").textContent = "Time is up";
  say("The time is up. Your answers are being submitted.");
  const closes = deadline + Number(box.dataset.grace) * 1000;
  await flush();
  while ((await waiting()).length && performance.now() + offset < closes) {
    await new Promise((resolve) => { setTimeout(resolve, 1000); });
    await flush();
  }
  if (!navigator.onLine) {
    say("The time is up. What was saved in time is submitted by the server, also while you have no connection.");
    await new Promise((resolve) => { addEventListener("online", resolve, { once: true }); });
  }
  const form = part("submit");
  form.elements.csrf_token.value = token();
  form.submit();
}

async function look() {
  const asked = performance.now();
  try {
    const reply = await fetch(box.dataset.clock, { headers: { Accept: "application/json" }, redirect: "manual" });
    if (!reply.ok) return;
    const told = await reply.json();
    offset = Date.parse(told.now) - (asked + performance.now()) / 2;
    deadline = told.deadline ? Date.parse(told.deadline) : null;
    if (told.submitted) {
      ended = true;
      say("This attempt was submitted in another tab or on another device.", { href: box.dataset.result, textContent: "See the result" });
    }
    show();
    for (const listener of listeners) listener(told);
  } catch {
    // no connection: the page goes on by what it knows
  }
}

// Calls the listener with what the server told: the serials that stand, by position.
export function follow(listener) {
  listeners.push(listener);
}

function sayTime() {
  speak(deadline === null ? "No time limit" : words(left()));
}

part("say").hidden = false;
part("say").addEventListener("click", sayTime);
document.addEventListener("keydown", (event) => {
  if (!event.altKey || !event.shiftKey || event.code !== "KeyT") return;
  event.preventDefault(); // some browsers go to their own bar by these keys
  sayTime();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") look();
});
show();
setInterval(show, 1000);
setInterval(look, EVERY);
look();
