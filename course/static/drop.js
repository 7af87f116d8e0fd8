// Lets a person drop a file anywhere on the page of a form with one file field: the field takes it, the form is sent.

const form = document.querySelector("[data-drop]");
const field = form.querySelector("input[type=file]");
let depth = 0; // nested elements under the dragged file: each one that it enters or leaves sends an event of its own

function highlight() {
  form.classList.toggle("dropping", depth > 0);
}

function hasFile(event) {
  return event.dataTransfer?.types.includes("Files");
}

form.querySelector("[data-drop-hint]").hidden = false;
addEventListener("dragenter", (event) => { if (hasFile(event)) { depth += 1; highlight(); } });
addEventListener("dragleave", (event) => { if (hasFile(event)) { depth -= 1; highlight(); } });
addEventListener("dragover", (event) => { if (hasFile(event)) event.preventDefault(); }); // allows the drop
addEventListener("drop", (event) => {
  if (!hasFile(event)) return;
  event.preventDefault();
  depth = 0;
  highlight();
  field.files = event.dataTransfer.files;
  form.requestSubmit();
});
