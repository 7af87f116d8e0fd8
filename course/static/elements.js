// The one place where text becomes elements, or the address of a script. The text must come from this site. The document
// is inert: no script in it runs. Scripts and handlers are dropped all the same, so that nothing runs once the elements
// are on the page.

const WORKER = "/instructor/worker.js"; // the one script that another script may load
const policy = globalThis.trustedTypes?.createPolicy("needlewise", {
  createHTML: (text) => text,
  createScriptURL: () => WORKER,
});

export const workerAddress = () => (policy ? policy.createScriptURL("") : WORKER);

export function parsed(text) {
  const page = new DOMParser().parseFromString(policy ? policy.createHTML(text) : text, "text/html");
  for (const script of page.querySelectorAll("script")) script.remove();
  for (const element of page.querySelectorAll("*")) {
    for (const name of element.getAttributeNames()) if (name.startsWith("on")) element.removeAttribute(name);
  }
  return page;
}

export function replace(element, text) {
  element.replaceWith(...parsed(text).body.childNodes);
}
