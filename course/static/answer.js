// Saves each answer as it is given, whatever the item's type; shows what another tab or device has saved; flags; calculates.

import { flush, hear, post, put, waiting } from "./queue.js";
import { follow } from "./clock.js";

const ELSEWHERE = "This question was answered in another tab or on another device since. What is shown now is what is saved.";
const items = [...document.querySelectorAll("[data-item]")];
const named = (url) => items.find((item) => item.dataset.item === url);
const controls = (item) => [...item.querySelector("[data-fields]").elements].filter((one) => one.name);
const isBox = (control) => control.type === "radio" || control.type === "checkbox";
const part = (item, control) => control.name.slice(item.dataset.name.length); // without what the page puts before it
let spent = 0; // seconds that the page was seen since the last answer on it

// What an item's fields hold, as [[part of the name, value], ...].
function given(item) {
  return controls(item)
    .filter((control) => !isBox(control) || control.checked)
    .map((control) => [part(item, control), control.value]);
}

function show(item, fields) {
  for (const control of controls(item)) {
    const values = fields.filter(([name]) => name === part(item, control)).map(([, value]) => value);
    if (isBox(control)) control.checked = values.includes(control.value);
    else control.value = values[0] ?? "";
    control.dispatchEvent(new Event("input", { bubbles: true })); // a drawing follows its fields
  }
}

function say(item, state, text) {
  const line = item.querySelector("[data-saved]");
  line.dataset.state = state;
  line.textContent = text;
}

function saved(item) {
  const answered = given(item).some(([, value]) => value !== "");
  say(item, answered ? "saved" : "", answered ? "✓ Saved" : "Not answered yet.");
  mark(item, "answered", answered);
}

// The item's number in the list of all of them says what became of it.
function mark(item, what, on) {
  const place = document.querySelector(`[data-place="${item.dataset.position}"]`);
  place?.classList.toggle(what, on);
  place?.querySelectorAll(`[data-mark=${what}]`).forEach((sign) => { sign.hidden = !on; });
}

function know(item, serial) {
  item.dataset.serial = serial;
  item.querySelector("[data-next]").value = serial + 1;
}

async function save(item) {
  const serial = Number(item.dataset.serial) + 1;
  know(item, serial);
  say(item, "saving", "Saving …");
  const kept = put({ url: item.dataset.item, serial, fields: given(item), given: Date.now(), spent });
  spent = 0;
  await kept;
  flush();
}

async function sayKept() {
  for (const one of await waiting()) {
    const item = named(one.url);
    if (item) say(item, "waiting", "Kept in this browser: not sent yet.");
  }
}

// Another tab or device was here: shows what the server's page shows.
async function catchUp(stale, text) {
  const known = new Map(stale.map((item) => [item, item.dataset.serial]));
  let page = null;
  try {
    const reply = await fetch(location.href);
    page = new DOMParser().parseFromString(await reply.text(), "text/html");
  } catch {
    // said below
  }
  for (const item of stale) {
    if (item.dataset.serial !== known.get(item)) continue; // answered here meanwhile
    const stands = page?.querySelector(`[data-item="${item.dataset.item}"]`);
    if (stands) {
      know(item, Number(stands.dataset.serial));
      show(item, given(stands));
      mark(item, "answered", stands.querySelector("[data-saved]").dataset.state === "saved");
    }
    say(item, "failed", stands ? text : `${text.split(". ")[0]}. Reload the page to see what is saved.`);
  }
}

hear((news) => {
  if (news.kind === "later" || news.kind === "signed-out") return sayKept();
  const item = named(news.url);
  if (!item) return undefined;
  const mine = Number(item.dataset.serial);
  if (news.kind === "refused") return say(item, "failed", news.text);
  if (news.kind === "elsewhere") return catchUp([item], news.text);
  if (news.serial > mine) return catchUp([item], ELSEWHERE);
  if (news.serial < mine) return undefined; // a newer answer is on its way
  know(item, news.stands);
  return saved(item);
});

follow(async ({ serials }) => {
  const busy = (await waiting()).map((one) => one.url);
  const stale = items.filter(({ dataset }) => !busy.includes(dataset.item) && (serials[dataset.position] ?? 0) > Number(dataset.serial));
  if (stale.length) catchUp(stale, ELSEWHERE);
});

document.addEventListener("change", (event) => {
  const item = event.target.closest("[data-fields]")?.closest("[data-item]");
  if (item) save(item);
});
setInterval(() => {
  if (document.visibilityState === "visible") spent += 1;
}, 1000);

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-flag]");
  if (!button) return;
  event.preventDefault();
  const on = button.getAttribute("aria-pressed") === "false";
  const item = button.closest("[data-item]");
  const reply = await post(button.dataset.flag, [["flagged", on ? "yes" : "no"]]).catch(() => null);
  if (!reply?.ok) return say(item, "failed", "The flag was not set: it needs the connection.");
  button.setAttribute("aria-pressed", on);
  button.name = on ? "unflag" : "flag";
  mark(item, "flagged", on);
  return undefined;
});

// The calculator answers here; Enter in it works the expression out and goes nowhere.
document.addEventListener("submit", async (event) => {
  const box = (event.submitter?.name === "calculate" ? event.submitter : document.activeElement)?.closest("[data-calculator]");
  if (!box) return;
  event.preventDefault();
  const line = box.querySelector("[data-result]");
  const expression = box.querySelector("input").value;
  if (!expression.trim()) return;
  const reply = await post(box.dataset.calculator, [["expression", expression]]).catch(() => null);
  line.textContent = reply?.ok ? (await reply.json()).result : "No connection: the calculator needs it.";
}, true);

for (const one of await waiting()) {
  const item = named(one.url);
  if (!item) continue;
  show(item, one.fields); // the newest comes last
  know(item, Math.max(one.serial, Number(item.dataset.serial)));
  say(item, "saving", "Saving …");
}
flush();
