// Saves each answer as it is given. What can't be sent is kept in this browser and sent again until the server has it.

const form = document.querySelector("[data-answer]");
const line = form.querySelector("[data-saved]");
const serial = form.elements.serial;
const key = `answer:${form.dataset.answer}`;
let sending = false;
let wait = 1000;

function chosen() {
  return [...form.querySelectorAll("[name=choice]:checked")].map((input) => input.value);
}

function say(state, text) {
  line.dataset.state = state;
  line.textContent = text;
}

// The serial is kept with the choice, so that an old answer never overtakes one given later on another device.
function keep(choice) {
  try {
    localStorage.setItem(key, JSON.stringify({ choice, serial: serial.value }));
  } catch {
    // a browser that keeps nothing still sends
  }
}

function kept() {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

function forget() {
  try {
    localStorage.removeItem(key);
  } catch {
    // nothing was kept
  }
}

function show(choice) {
  for (const input of form.querySelectorAll("[name=choice]")) input.checked = choice.includes(input.value);
}

async function send() {
  const mine = kept();
  if (sending || mine === null) return;
  const { choice } = mine;
  sending = true;
  say("saving", "Saving …");
  const body = new FormData(form);
  body.delete("choice");
  for (const id of choice) body.append("choice", id);
  body.set("serial", mine.serial);
  try {
    const reply = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
    await settle(reply, mine);
  } catch {
    later();
  }
  sending = false;
  const newer = kept();
  if (newer !== null && line.dataset.state !== "failed") send();
}

async function settle(reply, mine) {
  const type = reply.headers.get("Content-Type") ?? "";
  if (reply.redirected || !type.includes("json")) {
    if (reply.status >= 500) return later();
    return say("failed", "Not saved: you were signed out. Sign in again in another tab, then choose once more.");
  }
  const answer = await reply.json();
  if (reply.status >= 500) return later();
  wait = 1000;
  if (answer.serial) serial.value = answer.serial + 1;
  const changed = JSON.stringify(kept()) !== JSON.stringify(mine);
  if (changed) return reply.ok ? keep(kept().choice) : undefined;
  forget();
  if (reply.ok) return say("saved", mine.choice.length ? "✓ Saved" : "Not answered yet.");
  if (answer.choice) show(answer.choice);
  say("failed", answer.error);
}

function later() {
  say("failed", "Not saved yet: no connection. Your answer is kept here and sent as soon as possible.");
  setTimeout(send, wait);
  wait = Math.min(wait * 2, 15000);
}

form.addEventListener("change", () => {
  keep(chosen());
  line.dataset.state = "saving";
  send();
});
form.addEventListener("submit", () => {
  // The form itself carries the choice to the server; a failed page load leaves the kept copy behind.
  keep(chosen());
});
addEventListener("online", send);

const waiting = kept();
if (waiting !== null) {
  const here = [...form.querySelectorAll("[name=choice][checked]")].map((input) => input.value);
  if (JSON.stringify(here) === JSON.stringify(waiting.choice)) forget();
  else {
    show(waiting.choice);
    send();
  }
}
