// Shows on the pressed button that a form is being sent, and keeps a second press from sending it again. Without this
// script the server recognizes the second one.

const PRESS_AGAIN_MS = 8000; // the page stays if the answer is a file, and a lost connection may never bring one
const sending = new Map(); // forms, with the button and the timer of each

function begin(form, button) {
  button?.setAttribute("aria-disabled", "true"); // a disabled one would not be among the form's fields
  button?.classList.add("sending");
  form.setAttribute("aria-busy", "true");
  sending.set(form, { button, timer: setTimeout(() => end(form), PRESS_AGAIN_MS) });
}

function end(form) {
  const { button, timer } = sending.get(form);
  clearTimeout(timer);
  button?.removeAttribute("aria-disabled");
  button?.classList.remove("sending");
  form.removeAttribute("aria-busy");
  sending.delete(form);
}

// On the window, so that scripts which listen on the document and send the form themselves have had their turn.
addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return; // another script has sent it
  if (sending.has(form)) event.preventDefault();
  else begin(form, event.submitter);
});

// The browser's Back button may show this page as it was left.
addEventListener("pageshow", () => [...sending.keys()].forEach(end));
