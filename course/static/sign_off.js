// Keeps each sign-off on this device until the server has it, and sends it as soon as there is a network. Each has a
// code that the device makes, so sending it again does no harm. The pages of the lab are kept, too, so that they open
// without a network; worker.js shows them.

import { workerAddress } from "./elements.js";
import { post, storeOf } from "./keeping.js";

const FIRST_WAIT_MS = 500; // until the next try; it doubles
const MAX_WAIT_MS = 15000;
const PRESS_AGAIN_MS = 1000;
const OWN_FIELDS = ["csrf_token", "form_id", "code"]; // each request has its own token, each sign-off its own code
const PAGES = "table"; // the cache that worker.js reads
const PASSED_NEEDS = "Passed means that every step was seen and no critical error was made.";
const FAILED_NEEDS = "Every step was seen and no critical error was made. Sign as passed, or change the boxes.";
const stored = storeOf("sign-offs", "sign-offs", { keyPath: "code" });
const instructor = document.querySelector("[data-table]").dataset.table;
const line = document.querySelector("[data-waiting]");
const tabs = new BroadcastChannel("sign-offs");
const sent = []; // what this page has sent
const pressed = new WeakMap(); // when each form was sent
let inMemory = []; // what IndexedDB did not accept
let wait = FIRST_WAIT_MS;
let timer;
let signedOut = false;

async function put(one) {
  await stored("readwrite", (store) => store.put(one)).catch(() => {
    inMemory = [...inMemory.filter(({ code }) => code !== one.code), one];
  });
}

async function drop({ code }) {
  inMemory = inMemory.filter((one) => one.code !== code);
  await stored("readwrite", (store) => store.delete(code)).catch(() => {});
}

// Returns what this instructor signed on this device, oldest first. What others signed waits until they are back.
async function own() {
  const kept = await stored("readonly", (store) => store.getAll()).catch(() => []);
  return [...kept, ...inMemory].filter((one) => one.instructor === instructor).sort((a, b) => a.given - b.given);
}

async function send(one) {
  try {
    const reply = await post(one.url, one.fields);
    if (reply.type === "opaqueredirect" || [400, 401].includes(reply.status)) return { kind: "signed-out" };
    if (reply.status >= 500 || reply.status === 429) return { kind: "later" };
    const answer = await reply.json().catch(() => ({}));
    if (reply.ok && answer.code === one.code) return { kind: "stored" };
    return { kind: "refused", text: answer.error ?? "The server refused this sign-off." };
  } catch {
    return { kind: "later" };
  }
}

async function sendAll() {
  signedOut = false;
  for (const one of (await own()).filter(({ refused }) => !refused)) {
    const outcome = await send(one);
    if (outcome.kind === "later" || outcome.kind === "signed-out") {
      signedOut = outcome.kind === "signed-out";
      if (!signedOut) later();
      break;
    }
    wait = FIRST_WAIT_MS;
    if (outcome.kind === "stored") {
      await drop(one);
      sent.push(one);
    } else await put({ ...one, refused: outcome.text });
  }
  await show();
  tabs.postMessage("changed");
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(flush, wait);
  wait = Math.min(wait * 2, MAX_WAIT_MS);
}

// Tabs take turns, so that none sends what another is sending.
const inTurn = (work) => (navigator.locks ? navigator.locks.request("sign-offs", work) : work());
let runs = Promise.resolve();

function flush() {
  const run = () => inTurn(sendAll);
  runs = runs.then(run, run);
  return runs;
}

const resultOf = (one) => (one.passed ? "passed" : "not passed");
const timeOf = (one) => new Date(one.given).toLocaleTimeString("en-US", { hour: "numeric", minute: "2-digit" });
const made = (name, properties) => Object.assign(document.createElement(name), properties);

function item(one, state, text) {
  const entry = made("li", {});
  const words = made("span", { className: "saved", textContent: `${timeOf(one)}, ${resultOf(one)}. ${text}` });
  words.dataset.state = state;
  entry.append(words);
  return entry;
}

// Shows what is kept here: on the card of each learner, and in all.
async function show() {
  const all = await own();
  const waiting = all.filter(({ refused }) => !refused);
  for (const form of document.querySelectorAll("[data-sign-off]")) {
    const here = (one) => one.url === location.pathname && one.person === form.elements.person.value;
    form.parentElement.querySelector("[data-kept]").replaceChildren(
      ...waiting.filter(here).map((one) => item(one, "waiting", "Saved on this device, not sent yet.")),
      ...sent.filter(here).map((one) => item(one, "saved", "✓ Saved.")),
    );
  }
  document.querySelector("[data-refused]").replaceChildren(...all.filter(({ refused }) => refused).map(refusedItem));
  line.textContent = waiting.length ? wordsFor(waiting.length) : "";
}

function wordsFor(count) {
  const what = count === 1 ? "1 sign-off is" : `${count} sign-offs are`;
  const where = inMemory.length ? "on this page, so keep it open" : "on this device";
  if (signedOut) return `You are signed out. ${what} kept ${where}. Sign in again and open this page to send.`;
  return `${what} kept ${where} and sent when there is a connection.`;
}

function refusedItem(one) {
  const entry = made("li", { className: "notice danger" });
  const words = `Not recorded: ${one.label}, ${resultOf(one)}, ${timeOf(one)}. ${one.refused}`;
  const button = made("button", { className: "button quiet", type: "button", textContent: "Discard" });
  button.addEventListener("click", async () => {
    await drop(one);
    await show();
  });
  entry.append(made("p", { textContent: words }), button);
  return entry;
}

const checked = (form, name) => form.querySelectorAll(`[name=${name}]:checked`).length;

function faultOf(form, passed) {
  const complete = checked(form, "steps") === form.querySelectorAll("[name=steps]").length;
  if (passed) return complete && !checked(form, "errors_seen") ? "" : PASSED_NEEDS;
  return complete && !checked(form, "errors_seen") ? FAILED_NEEDS : "";
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.dataset.signOff === undefined || !globalThis.crypto?.randomUUID) return;
  event.preventDefault();
  if (event.timeStamp - (pressed.get(form) ?? -PRESS_AGAIN_MS) < PRESS_AGAIN_MS) return; // a double press
  const passed = event.submitter.value === "passed";
  const fault = faultOf(form, passed);
  form.querySelector("[data-error]").textContent = fault;
  if (fault) return;
  pressed.set(form, event.timeStamp);
  const code = crypto.randomUUID(); // not the form's own: a page that was kept has the same one each time it is opened
  const given = Date.now();
  const seen = [...new FormData(form, event.submitter)].filter(([name]) => !OWN_FIELDS.includes(name));
  const fields = [...seen, ["code", code], ["given", `${given}`]];
  const about = { code, person: form.elements.person.value, instructor, url: location.pathname };
  const one = { ...about, label: form.dataset.label, passed, given, fields };
  form.reset();
  await put(one);
  await show();
  form.parentElement.querySelector("summary").focus();
  flush();
});

// Keeps this page, the pages of the other skills, and their files. A page that no longer opens is dropped.
async function keepPages() {
  if (!navigator.serviceWorker || !globalThis.caches) return;
  await navigator.serviceWorker.register(workerAddress(), { scope: "/instructor/" });
  const files = performance.getEntriesByType("resource").map(({ name }) => name);
  const links = [...document.querySelectorAll("[data-keep]")].map(({ href }) => href);
  const cache = await caches.open(PAGES);
  for (const address of [location.href, ...links, ...files.filter((name) => name.includes("/static/"))]) {
    try {
      const reply = await fetch(address);
      if (reply.ok && !reply.redirected) await cache.put(address, reply);
      else await cache.delete(address);
    } catch {
      // Without a network what was kept stays.
    }
  }
  document.documentElement.dataset.kept = ""; // a test waits for it
}

document.addEventListener("submit", (event) => {
  if (event.target.action.endsWith("/sign-out")) globalThis.caches?.delete(PAGES);
});
addEventListener("online", () => {
  wait = FIRST_WAIT_MS;
  flush();
});
addEventListener("beforeunload", (event) => {
  if (inMemory.length) event.preventDefault();
});
tabs.addEventListener("message", show);

await show();
flush();
keepPages();
