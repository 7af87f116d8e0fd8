// Signs in with a passkey, or adds one. A form with data-passkey="get" or "create" has the address of the options in
// data-options. The answer of the passkey goes into the form's hidden field and is sent like any other form.

const WORDS = {
  NotAllowedError: "No passkey was used. Try again, or choose another way.",
  InvalidStateError: "This device already has a passkey for your account.",
  SecurityError: "Passkeys do not work at this address.",
};
const READ = { get: "parseRequestOptionsFromJSON", create: "parseCreationOptionsFromJSON" };

async function answer(form) {
  const kind = form.dataset.passkey;
  const reply = await fetch(form.dataset.options, { headers: { Accept: "application/json" } });
  if (!reply.ok) throw new Error(`status ${reply.status}`);
  const publicKey = PublicKeyCredential[READ[kind]](await reply.json());
  return navigator.credentials[kind]({ publicKey });
}

async function send(event) {
  event.preventDefault();
  const form = event.target;
  const line = form.querySelector("[data-passkey-error]");
  line.textContent = "";
  try {
    form.elements.credential.value = JSON.stringify((await answer(form)).toJSON());
    form.submit();
  } catch (error) {
    line.textContent = WORDS[error.name] ?? "The passkey could not be used. Reload the page and try again.";
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential?.[READ[form.dataset.passkey]]) continue; // an older browser, or no secure address
  form.addEventListener("submit", send);
  form.hidden = false;
}
