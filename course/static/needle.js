// Lets people drag the needle on a cross-section. The three number fields hold the answer; their names end with entry,
// angle and depth. An empty field has the value of `data-start`.

const field = (form, name) => form.querySelector(`input[name$=${name}]`);
const number = (form, name) => Number(field(form, name).value || field(form, name).dataset.start);

function area(form) {
  const svg = form.querySelector("[data-needle-area]");
  const [scale, left, top, width] = svg.dataset.needleArea.split(" ").map(Number);
  const skin = svg.dataset.skin.split(" ").map((pair) => pair.split(",").map(Number));
  return { svg, scale, left, top, width, skin };
}

function surface(skin, x) {
  for (let n = 1; n < skin.length; n += 1) {
    const [[x0, y0], [x1, y1]] = [skin[n - 1], skin[n]];
    if (x <= x1 && x1 > x0) return y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
  }
  return skin.at(-1)[1];
}

function draw(form) {
  const { svg, scale, left, top, skin } = area(form);
  const entry = number(form, "entry");
  const slant = (number(form, "angle") * Math.PI) / 180;
  const depth = number(form, "depth");
  const from = surface(skin, entry);
  const at = (along) => [
    left + (entry + along * Math.sin(slant)) * scale,
    top + (from + along * Math.cos(slant)) * scale,
  ];
  const [head, hole, tip] = [at(-16 / scale), at(0), at(depth)];
  for (const line of svg.querySelectorAll("[data-shaft]")) {
    line.setAttribute("x1", head[0]);
    line.setAttribute("y1", head[1]);
    line.setAttribute("x2", tip[0]);
    line.setAttribute("y2", tip[1]);
  }
  for (const [name, [x, y]] of [["entry", hole], ["tip", tip]]) {
    const ring = svg.querySelector(`[data-${name}]`);
    ring.setAttribute("cx", x);
    ring.setAttribute("cy", y);
  }
}

const half = (value) => Math.round(value * 2) / 2;
const between = (low, value, high) => Math.min(high, Math.max(low, value));

function drag(form, name, event) {
  const { svg, scale, left, top, width, skin } = area(form);
  const spot = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  const [x, y] = [(spot.x - left) / scale, (spot.y - top) / scale];
  const now = { entry: number(form, "entry"), angle: number(form, "angle"), depth: number(form, "depth") };
  if (name === "entry") {
    now.entry = half(between(0, x, width));
  } else {
    const [dx, dy] = [x - now.entry, y - surface(skin, now.entry)];
    now.angle = Math.round(between(-85, (Math.atan2(dx, Math.max(dy, 0.01)) * 180) / Math.PI, 85));
    now.depth = half(Math.hypot(dx, dy));
  }
  for (const [what, value] of Object.entries(now)) field(form, what).value = value;
  draw(form);
}

let held = null;
document.addEventListener("pointerdown", (event) => {
  const ring = event.target.closest("[data-entry], [data-tip]");
  const form = ring?.closest("[data-needle-form]");
  if (!form || form.closest("fieldset:disabled")) return;
  event.preventDefault();
  held = { form, name: ring.hasAttribute("data-entry") ? "entry" : "tip" };
  ring.setPointerCapture(event.pointerId);
});
document.addEventListener("pointermove", (event) => { if (held) drag(held.form, held.name, event); });
for (const end of ["pointerup", "pointercancel"]) {
  document.addEventListener(end, () => {
    if (held) field(held.form, "depth").dispatchEvent(new Event("change", { bubbles: true }));
    held = null;
  });
}
document.addEventListener("input", (event) => {
  const form = event.target.closest("[data-needle-form]");
  if (form) draw(form);
});
