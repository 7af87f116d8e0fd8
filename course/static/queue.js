// The queue of answers: each is kept in this browser until the server has stored it, and they are sent in order. Every
// page of a quiz loads this file. So do its cover and My courses, which send the answers of a tab that was closed.

import { post, storeOf, token } from "./keeping.js";

export { post, token };

const FIRST_WAIT_MS = 500; // until the next try; it doubles
const MAX_WAIT_MS = 15000;
const line = document.querySelector("[data-waiting]");
const tabs = new BroadcastChannel("answers");
const listeners = [];
let inMemory = []; // answers that IndexedDB did not accept, as in some private windows
const foreign = new Set(); // answers to another person's attempt, on a shared browser
let wait = FIRST_WAIT_MS;
let timer;
let trouble = false; // whether the page says that answers are waiting, or should

const stored = storeOf("answers", "saves", { keyPath: "id", autoIncrement: true });

// Keeps a save {url, serial, fields, given, spent}. It is added and committed without waiting for a reply, so that it
// is kept even if the tab is closed in the next moment.
export async function put(save) {
  const added = (store) => {
    const request = store.add(save);
    store.transaction.commit?.();
    return request;
  };
  await stored("readwrite", added).catch(() => {
    inMemory.push({ ...save, id: `inMemory ${save.url} ${inMemory.length} ${save.given}` });
  });
}

export async function waiting() {
  const kept = await stored("readonly", (store) => store.getAll()).catch(() => []);
  return [...kept, ...inMemory].filter((one) => !foreign.has(one.id));
}

// Removes saves from the queue. A save that another tab added with the same serial gets the next serial.
async function drop(saves) {
  const gone = saves.map((one) => one.id);
  inMemory = inMemory.filter((one) => !gone.includes(one.id));
  const kept = (store) => {
    for (const id of gone) store.delete(id);
    const left = store.getAll();
    left.onsuccess = () => {
      for (const { url, serial } of saves) {
        let taken = serial;
        for (const one of left.result.filter((other) => other.url === url)) {
          taken = Math.max(one.serial, taken + 1);
          if (taken > one.serial) store.put({ ...one, serial: taken });
        }
      }
    };
    return left;
  };
  await stored("readwrite", kept).catch(() => {});
}

export function hear(listener) {
  listeners.push(listener);
}

function announce(news) {
  tabs.postMessage(news);
  for (const listener of listeners) listener(news);
}
tabs.addEventListener("message", ({ data }) => {
  for (const listener of listeners) listener(data);
});

export function say(text, link = null) {
  if (!line) return;
  line.textContent = text;
  if (link) line.append(" ", Object.assign(document.createElement("a"), link));
}

async function send(save) {
  const { url, serial, given, spent, fields } = save;
  const about = [["serial", serial], ["given", given], ["spent", spent]];
  try {
    const reply = await post(url, [...about, ...fields.map(([name, value]) => [`a${name}`, value])]);
    if (reply.type === "opaqueredirect" || [400, 401, 403].includes(reply.status)) return { kind: "signed-out" };
    if (reply.status === 404) return { kind: "foreign" };
    if (reply.status >= 500 || reply.status === 429) return { kind: "later" };
    const answer = await reply.json();
    if (reply.ok) return { kind: "saved", saved: answer.serial };
    return { kind: answer.kind === "AnsweredElsewhere" ? "elsewhere" : "refused", text: answer.error };
  } catch {
    return { kind: "later" };
  }
}

// Removes from the queue what the server has answered. Returns whether the next save may be sent.
async function settle(save, outcome) {
  const { url, serial } = save;
  if (outcome.kind === "foreign") {
    foreign.add(save.id);
    return true;
  }
  if (outcome.kind === "signed-out" || outcome.kind === "later") {
    announce({ kind: outcome.kind, url });
    return false;
  }
  const gone = outcome.kind === "elsewhere" ? (await waiting()).filter((one) => one.url === url) : [save];
  await drop(gone);
  announce({ ...outcome, url, serial: Math.max(serial, ...gone.map((one) => one.serial)) });
  return true;
}

async function sendAll() {
  let sent = 0;
  let refused = "";
  for (let [save] = await waiting(); save; [save] = await waiting()) {
    const outcome = await send(save);
    if (!(await settle(save, outcome))) return stop(outcome.kind);
    wait = FIRST_WAIT_MS;
    if (outcome.kind === "saved") sent += 1;
    refused = outcome.text ?? refused;
  }
  if (refused && !document.querySelector("[data-item]")) say(refused); // otherwise the item shows it
  else if (trouble && sent) say(`${counted(sent)} kept in this browser ${sent === 1 ? "is" : "are"} saved now.`);
  else if (trouble) say("");
  trouble = false;
}

async function stop(kind) {
  trouble = true;
  const count = (await waiting()).length;
  const where = inMemory.length ? "on this page, so keep it open" : "in this browser";
  if (kind === "signed-out") {
    say(`You are signed out. ${counted(count)} kept ${where}. Sign in again and reload the page to save.`);
    return;
  }
  say(`No connection. ${counted(count)} kept ${where}. We will send them when the connection is back.`);
  clearTimeout(timer);
  timer = setTimeout(flush, wait);
  wait = Math.min(wait * 2, MAX_WAIT_MS);
}

const counted = (count) => (count === 1 ? "1 answer" : `${count} answers`);

// Tabs take turns, so that no answer is sent twice or out of order.
const inTurn = (work) => (navigator.locks ? navigator.locks.request("answers", work) : work());

let runs = waiting().then((left) => {
  trouble = left.length > 0;
});

// Sends the answers that wait. Ends when all are sent, or when one can't be.
export function flush() {
  const run = () => inTurn(sendAll);
  runs = runs.then(run, run);
  return runs;
}

// A form that leads to a new page is sent only after the answers.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.dataset.afterQueue !== "") return;
  event.preventDefault();
  const slow = setTimeout(() => say("Sending your answers …"), 1000);
  await flush();
  clearTimeout(slow);
  if ((await waiting()).length) return;
  form.dataset.afterQueue = "sent";
  form.requestSubmit(event.submitter);
  form.dataset.afterQueue = "";
});
addEventListener("online", () => {
  wait = FIRST_WAIT_MS;
  flush();
});
addEventListener("beforeunload", (event) => {
  if (inMemory.length) event.preventDefault();
});

flush();
