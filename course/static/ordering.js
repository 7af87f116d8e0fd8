// Moves steps by buttons and by dragging. The selects with the steps' places hold the answer.

const list = (element) => element.closest("[data-steps]");
const steps = (ol) => [...ol.querySelectorAll("[data-step]")];
const place = (step) => step.querySelector("select");

// Numbers the steps in their order on the page and fires a change, which saves the answer.
function number(ol, moved) {
  steps(ol).forEach((step, n) => { place(step).value = n + 1; });
  const { value } = place(moved);
  const words = moved.querySelector("[data-words]").textContent;
  ol.parentElement.querySelector("[data-moved]").textContent = `${words}: place ${value} of ${steps(ol).length}.`;
  place(moved).dispatchEvent(new Event("change", { bubbles: true }));
}

// Puts the steps in the order of the selects, once each has a different place.
function arrange(ol) {
  const places = steps(ol).map((step) => place(step).value);
  if (new Set(places).size < places.length || places.includes("")) return;
  const focused = document.activeElement;
  ol.append(...steps(ol).sort((a, b) => place(a).value - place(b).value));
  focused.focus();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-move]");
  if (!button) return;
  const step = button.closest("[data-step]");
  if (button.dataset.move === "-1") step.previousElementSibling?.before(step);
  else step.nextElementSibling?.after(step);
  button.focus();
  number(list(step), step);
});

// When a step takes the place of another step, that step gets the old place in exchange. This runs in the capture
// phase, before the listener that saves the answer.
const before = new WeakMap();
document.addEventListener("focusin", ({ target }) => {
  if (target.matches("[data-step] select")) before.set(target, target.value);
});
document.addEventListener("change", ({ target }) => {
  if (!target.matches("[data-step] select")) return;
  const isTaken = (one) => one !== target && one.value !== "" && one.value === target.value;
  const other = steps(list(target)).map(place).find(isTaken);
  if (other) other.value = before.get(target) ?? "";
  before.set(target, target.value);
  arrange(list(target));
}, { capture: true });
document.addEventListener("input", ({ target }) => {
  if (target.matches("[data-step] select")) arrange(list(target));
});

let held = null;
document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest("[data-grip]");
  if (!grip || grip.closest("fieldset:disabled")) return;
  event.preventDefault();
  held = grip.closest("[data-step]");
  held.toggleAttribute("data-held", true);
});
// The other steps move around the held step. Moving the held step itself would end the touch.
document.addEventListener("pointermove", ({ clientY }) => {
  if (!held) return;
  const [above, below] = [held.previousElementSibling, held.nextElementSibling];
  if (above && clientY < above.getBoundingClientRect().bottom - above.offsetHeight / 2) held.after(above);
  else if (below && clientY > below.getBoundingClientRect().top + below.offsetHeight / 2) held.before(below);
});
for (const end of ["pointerup", "pointercancel"]) {
  document.addEventListener(end, () => {
    if (!held) return;
    held.toggleAttribute("data-held", false);
    number(list(held), held);
    held = null;
  });
}
