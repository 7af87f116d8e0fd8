// A file may be dropped anywhere on the page that has one file field: it is put in the field and sent.

const form = document.querySelector("[data-drop]");
const field = form.querySelector("input[type=file]");
let inside = 0; // of how many elements the file is over, since each sends its own events

function mark() {
  form.classList.toggle("dropping", inside > 0);
}

function hasFile(event) {
  return event.dataTransfer?.types.includes("Files");
}

form.querySelector("[data-drop-hint]").hidden = false;
addEventListener("dragenter", (event) => { if (hasFile(event)) { inside += 1; mark(); } });
addEventListener("dragleave", (event) => { if (hasFile(event)) { inside -= 1; mark(); } });
addEventListener("dragover", (event) => { if (hasFile(event)) event.preventDefault(); });
addEventListener("drop", (event) => {
  if (!hasFile(event)) return;
  event.preventDefault();
  inside = 0;
  mark();
  field.files = event.dataTransfer.files;
  form.requestSubmit();
});
