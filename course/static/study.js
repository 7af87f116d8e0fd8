// Counts active reading time while the page is seen and used, and answers knowledge checks without leaving the page.

const article = document.querySelector("[data-time]");
const STEP = 20; // seconds between two beacons
const IDLE = 120; // seconds without a sign of life after which nothing is counted
let active = 0;
let lastSign = performance.now();

for (const name of ["pointerdown", "pointermove", "keydown", "scroll", "touchstart"]) {
  addEventListener(name, () => { lastSign = performance.now(); }, { passive: true });
}

function place() {
  const passed = [...article.querySelectorAll("h2[id], .check[id]")].filter((one) => one.getBoundingClientRect().top < 200);
  return passed.at(-1)?.id ?? "";
}

function beacon() {
  const body = new FormData();
  body.set("csrf_token", article.dataset.token);
  body.set("seconds", Math.round(active));
  body.set("place", place());
  active = 0;
  fetch(article.dataset.time, { method: "POST", body, keepalive: true, headers: { Accept: "application/json" } }).catch(() => {});
}

setInterval(() => {
  if (document.visibilityState === "visible" && performance.now() - lastSign < IDLE * 1000) active += 1;
  if (active >= STEP) beacon();
}, 1000);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden" && active) beacon();
  else lastSign = performance.now();
});
beacon();

async function answer(event) {
  const form = event.target.closest("form[data-check]");
  if (!form) return;
  event.preventDefault();
  try {
    const reply = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
    const result = await reply.json();
    if (result.html) form.closest(".check").outerHTML = result.html;
    else complain(form, result.error);
  } catch {
    form.submit();
  }
}

function complain(form, text) {
  const line = form.querySelector(".error") ?? form.querySelector(".actions").appendChild(document.createElement("p"));
  line.className = "error";
  line.setAttribute("role", "alert");
  line.textContent = text;
}

article.addEventListener("submit", answer);

// A definition opens where its word stands: on hover with a mouse, by click or key everywhere.
function beside(word) {
  const box = document.getElementById(word.getAttribute("popovertarget"));
  const spot = word.getBoundingClientRect();
  box.style.setProperty("--top", `${Math.min(spot.bottom + 6, innerHeight - 180)}px`);
  box.style.setProperty("--left", `${Math.max(8, Math.min(spot.left, innerWidth - 340))}px`);
  return box;
}
for (const word of document.querySelectorAll("button.term")) {
  let leaving;
  const box = beside(word);
  word.addEventListener("pointerenter", (event) => { if (event.pointerType === "mouse") beside(word).showPopover(); });
  word.addEventListener("click", () => beside(word));
  const leave = () => { leaving = setTimeout(() => box.hidePopover(), 300); };
  word.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") leave(); });
  box.addEventListener("pointerenter", () => clearTimeout(leaving));
  box.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") leave(); });
}
