// A tap on a part of the figure chooses its letter. The radio buttons hold the answer.

document.addEventListener("click", (event) => {
  const part = event.target.closest("[data-choice]");
  const fields = part?.closest("[data-fields]");
  if (!fields || fields.disabled) return;
  const letter = fields.querySelector(`input[value="${part.dataset.choice}"]`);
  letter.checked = true;
  for (const kind of ["input", "change"]) letter.dispatchEvent(new Event(kind, { bubbles: true }));
});

document.addEventListener("input", (event) => {
  const fields = event.target.closest("[data-fields]");
  const chosen = fields?.querySelector("input:checked")?.value;
  for (const part of fields?.querySelectorAll("[data-choice]") ?? []) {
    part.toggleAttribute("data-chosen", part.dataset.choice === chosen);
  }
});
