// Keeps a part of the page up to date while work goes on in the background. The part says itself when it is over, by
// coming without an address to ask; then the page is loaded again. Without this script its link does that.

const EVERY = 2000; // milliseconds

async function refresh() {
  const part = document.querySelector("[data-poll]");
  try {
    const reply = await fetch(part.dataset.poll);
    if (reply.ok) part.outerHTML = await reply.text();
  } catch {
    // no connection for the moment
  }
  if (document.querySelector("[data-poll]")) setTimeout(refresh, EVERY);
  else location.reload();
}

if (document.querySelector("[data-poll]")) setTimeout(refresh, EVERY);
