// Answers on their way: kept in this browser until the server says that they are on disk, and sent in order.
// Every page of a quiz loads this, and so do its cover and My courses, where answers of a closed tab go up.

const FIRST_WAIT = 500; // ms until the next try; it doubles
const LONGEST_WAIT = 15000;
const PATIENCE = 20000; // ms for one request; a repeat is harmless
const line = document.querySelector("[data-waiting]");
const tabs = new BroadcastChannel("answers");
const listeners = [];
let unkept = []; // answers that IndexedDB did not take, as in some private windows
const foreign = new Set(); // answers to another person's attempt, on a shared browser
let wait = FIRST_WAIT;
let timer;
let trouble = false; // whether the person was told, or has to be, that something waits

const database = new Promise((resolve) => {
  try {
    const request = indexedDB.open("answers", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("saves", { keyPath: "id", autoIncrement: true });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(null);
  } catch {
    resolve(null);
  }
});

async function stored(mode, work) {
  const opened = await database;
  if (opened === null) throw new Error("no IndexedDB");
  return new Promise((resolve, reject) => {
    const transaction = opened.transaction("saves", mode, { durability: "strict" });
    const request = work(transaction.objectStore("saves"));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error);
  });
}

// Keeps a save {url, serial, fields, given, spent}. Added and committed in one go, without waiting for a reply:
// a tab closed in the next moment has still handed it over.
export async function put(save) {
  const added = (store) => {
    const request = store.add(save);
    store.transaction.commit?.();
    return request;
  };
  await stored("readwrite", added).catch(() => {
    unkept.push({ ...save, id: `unkept ${save.url} ${unkept.length} ${save.given}` });
  });
}

export async function waiting() {
  const kept = await stored("readonly", (store) => store.getAll()).catch(() => []);
  return [...kept, ...unkept].filter((one) => !foreign.has(one.id));
}

// Takes saves off the queue. What another tab put in behind them under the same serial gets the next one.
async function drop(saves) {
  const gone = saves.map((one) => one.id);
  unkept = unkept.filter((one) => !gone.includes(one.id));
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

function tell(news) {
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

export const token = () => document.querySelector("[name=csrf_token]").value;

export function post(url, pairs) {
  return fetch(url, {
    method: "POST",
    body: new URLSearchParams([["csrf_token", token()], ...pairs]),
    headers: { Accept: "application/json" },
    redirect: "manual",
    keepalive: true,
    signal: AbortSignal.timeout(PATIENCE),
  });
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
    if (reply.ok) return { kind: "saved", stands: answer.serial };
    return { kind: answer.kind === "AnsweredElsewhere" ? "elsewhere" : "refused", text: answer.error };
  } catch {
    return { kind: "later" };
  }
}

// Takes off the queue what the server has settled; says whether the next one may go.
async function settle(save, outcome) {
  const { url, serial } = save;
  if (outcome.kind === "foreign") {
    foreign.add(save.id);
    return true;
  }
  if (outcome.kind === "signed-out" || outcome.kind === "later") {
    tell({ kind: outcome.kind, url });
    return false;
  }
  const gone = outcome.kind === "elsewhere" ? (await waiting()).filter((one) => one.url === url) : [save];
  await drop(gone);
  tell({ ...outcome, url, serial: Math.max(serial, ...gone.map((one) => one.serial)) });
  return true;
}

async function sendAll() {
  let sent = 0;
  let refused = "";
  for (let [save] = await waiting(); save; [save] = await waiting()) {
    const outcome = await send(save);
    if (!(await settle(save, outcome))) return stop(outcome.kind);
    wait = FIRST_WAIT;
    if (outcome.kind === "saved") sent += 1;
    refused = outcome.text ?? refused;
  }
  if (refused && !document.querySelector("[data-item]")) say(refused); // else the item says it
  else if (trouble && sent) say(`${counted(sent)} waited in this browser: saved now.`);
  else if (trouble) say("");
  trouble = false;
}

async function stop(kind) {
  trouble = true;
  const count = (await waiting()).length;
  const where = unkept.length ? "on this page, so leave it open" : "in this browser";
  if (kind === "signed-out") {
    say(`${counted(count)} not saved: this page is not signed in any more. Kept ${where}. Sign in again and reload the page.`);
    return;
  }
  say(`No connection. ${counted(count)} kept ${where}, to be sent when it is back.`);
  clearTimeout(timer);
  timer = setTimeout(flush, wait);
  wait = Math.min(wait * 2, LONGEST_WAIT);
}

const counted = (count) => (count === 1 ? "1 answer" : `${count} answers`);

// Two tabs take turns, so that no answer goes up twice or out of order.
const inTurn = (work) => (navigator.locks ? navigator.locks.request("answers", work) : work());

let runs = waiting().then((left) => {
  trouble = left.length > 0;
});

// Tries to send everything that waits; ends when it is sent or can't be.
export function flush() {
  const run = () => inTurn(sendAll);
  runs = runs.then(run, run);
  return runs;
}

// A form that ends in a new page goes only after the answers have gone.
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
  wait = FIRST_WAIT;
  flush();
});
addEventListener("beforeunload", (event) => {
  if (unkept.length) event.preventDefault();
});

flush();
