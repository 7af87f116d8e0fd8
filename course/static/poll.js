// Keeps a part of the page up to date while work goes on in the background. The part says itself when it is over, by
// coming without an address to ask. Without this script the page is loaded again by its link.

const EVERY = 2000; // milliseconds

async function refresh() {
  const part = document.querySelector("[data-poll]");
  if (!part) return location.reload(); // over: the whole page as it is now
  try {
    const reply = await fetch(part.dataset.poll);
    if (reply.ok) part.outerHTML = await reply.text();
  } catch {
    // no connection for the moment
  }
  setTimeout(refresh, EVERY);
}

if (document.querySelector("[data-poll]")) setTimeout(refresh, EVERY);
