// Saves each answer as it is given, for every type of item. Shows what another tab or device has saved, sets flags, and
// runs the calculator.

import { flush, hear, post, put, waiting } from "./queue.js";
import { follow } from "./clock.js";
import { parsed } from "./elements.js";

const ELSEWHERE = "You answered this question in another tab or on another device. The saved answer is shown now.";
const items = [...document.querySelectorAll("[data-item]")];
const named = (url) => items.find((item) => item.dataset.item === url);
const controls = (item) => [...item.querySelector("[data-fields]").elements].filter((one) => one.name);
const isBox = (control) => control.type === "radio" || control.type === "checkbox";
const part = (item, control) => control.name.slice(item.dataset.name.length); // without the prefix that the page adds
let spent = 0; // seconds that the page was visible since the last answer

// Returns the values of an item's fields as [[part of the name, value], ...].
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
    control.dispatchEvent(new Event("input", { bubbles: true })); // so that a drawing follows its fields
  }
}

function say(item, state, text) {
  const line = item.querySelector("[data-saved]");
  line.dataset.state = state;
  line.textContent = text;
}

function saySaved(item) {
  const answered = given(item).some(([, value]) => value !== "");
  say(item, answered ? "saved" : "", answered ? "✓ Saved" : "Not answered yet.");
  mark(item, "answered", answered);
}

// Shows in the list of questions whether the item is answered or flagged.
function mark(item, what, on) {
  const place = document.querySelector(`[data-place="${item.dataset.position}"]`);
  place?.classList.toggle(what, on);
  place?.querySelectorAll(`[data-mark=${what}]`).forEach((sign) => { sign.hidden = !on; });
}

function setSerial(item, serial) {
  item.dataset.serial = serial;
  item.querySelector("[data-next]").value = serial + 1;
}

async function save(item) {
  const serial = Number(item.dataset.serial) + 1;
  setSerial(item, serial);
  say(item, "saving", "Saving …");
  const kept = put({ url: item.dataset.item, serial, fields: given(item), given: Date.now(), spent });
  spent = 0;
  await kept;
  flush();
}

async function sayWaiting() {
  for (const one of await waiting()) {
    const item = named(one.url);
    if (item) say(item, "waiting", "Saved in this browser, not sent yet.");
  }
}

// Another tab or device has answered: shows the answers of the server's page.
async function catchUp(stale, text) {
  const known = new Map(stale.map((item) => [item, item.dataset.serial]));
  let page = null;
  try {
    const reply = await fetch(location.href);
    page = parsed(await reply.text());
  } catch {
    // the message below says so
  }
  for (const item of stale) {
    if (item.dataset.serial !== known.get(item)) continue; // answered here in the meantime
    const saved = page?.querySelector(`[data-item="${item.dataset.item}"]`);
    if (saved) {
      setSerial(item, Number(saved.dataset.serial));
      show(item, given(saved));
      mark(item, "answered", saved.querySelector("[data-saved]").dataset.state === "saved");
    }
    say(item, "failed", saved ? text : `${text.split(". ")[0]}. Reload the page to see the saved answer.`);
  }
}

hear((news) => {
  if (news.kind === "later" || news.kind === "signed-out") return sayWaiting();
  const item = named(news.url);
  if (!item) return undefined;
  const mine = Number(item.dataset.serial);
  if (news.kind === "refused") return say(item, "failed", news.text);
  if (news.kind === "elsewhere") return catchUp([item], news.text);
  if (news.serial > mine) return catchUp([item], ELSEWHERE);
  if (news.serial < mine) return undefined; // a newer answer is on its way
  setSerial(item, news.saved);
  return saySaved(item);
});

follow(async ({ serials }) => {
  const busy = (await waiting()).map((one) => one.url);
  const isStale = ({ item, position, serial }) => !busy.includes(item) && (serials[position] ?? 0) > Number(serial);
  const stale = items.filter(({ dataset }) => isStale(dataset));
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
  if (!reply?.ok) return say(item, "failed", "The flag was not saved because there is no connection. Try again.");
  button.setAttribute("aria-pressed", on);
  button.name = on ? "unflag" : "flag";
  mark(item, "flagged", on);
  return undefined;
});

// The calculator answers on this page. Enter in its field calculates instead of leaving the page.
document.addEventListener("submit", async (event) => {
  const source = event.submitter?.name === "calculate" ? event.submitter : document.activeElement;
  const box = source?.closest("[data-calculator]");
  if (!box) return;
  event.preventDefault();
  const line = box.querySelector("[data-result]");
  const expression = box.querySelector("input").value;
  if (!expression.trim()) return;
  const reply = await post(box.dataset.calculator, [["expression", expression]]).catch(() => null);
  line.textContent = reply?.ok ? (await reply.json()).result : "The calculator needs a connection. Try again.";
}, true);

for (const one of await waiting()) {
  const item = named(one.url);
  if (!item) continue;
  show(item, one.fields); // in order, so that the newest is shown last
  setSerial(item, Math.max(one.serial, Number(item.dataset.serial)));
  say(item, "saving", "Saving …");
}
flush();
