// Follows the server's time, the deadline and the saved answers. Announces the time remaining at 10, 5 and 1 minutes,
// and on request.

import { flush, say, token, waiting } from "./queue.js";

const POLL_INTERVAL_MS = 20000;
const ANNOUNCE_AT_SECONDS = [60, 300, 600];
const box = document.querySelector("[data-clock]");
const part = (name) => box.querySelector(`[data-${name}]`);
const listeners = [];
let offset = Date.parse(box.dataset.now) - performance.now(); // the server's time minus the page's
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
  setTimeout(() => { part("spoken").textContent = text; }, 100); // so that the same words are read again
}

// Announces each threshold once over all pages of the attempt. A page that opens is silent.
function speakIfDue(seconds) {
  const bracket = String(ANNOUNCE_AT_SECONDS.find((most) => seconds <= most) ?? Infinity);
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

// The time is up: sends the answers that wait until the grace ends, then submits the attempt.
async function end() {
  ended = true;
  part("left").textContent = "Time is up";
  say("Your time is up. Your answers are being submitted.");
  const closes = deadline + Number(box.dataset.grace) * 1000;
  await flush();
  while ((await waiting()).length && performance.now() + offset < closes) {
    await new Promise((resolve) => { setTimeout(resolve, 1000); });
    await flush();
  }
  if (!navigator.onLine) {
    say("Your time is up. You have no connection, but the server submits the answers that were saved in time.");
    await new Promise((resolve) => { addEventListener("online", resolve, { once: true }); });
  }
  const form = part("submit");
  form.elements.csrf_token.value = token();
  form.submit();
}

async function poll() {
  const asked = performance.now();
  try {
    const reply = await fetch(box.dataset.clock, { headers: { Accept: "application/json" }, redirect: "manual" });
    if (!reply.ok) return;
    const status = await reply.json();
    offset = Date.parse(status.now) - (asked + performance.now()) / 2;
    deadline = status.deadline ? Date.parse(status.deadline) : null;
    if (status.submitted) {
      ended = true;
      const link = { href: box.dataset.result, textContent: "See the result" };
      say("This attempt was submitted in another tab or on another device.", link);
    }
    show();
    for (const listener of listeners) listener(status);
  } catch {
    // without a connection, the page continues with what it knows
  }
}

// Calls the listener after each poll with the serials of the saved answers, by position.
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
  event.preventDefault(); // some browsers use these keys for a toolbar
  sayTime();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") poll();
});
show();
setInterval(show, 1000);
setInterval(poll, POLL_INTERVAL_MS);
poll();
