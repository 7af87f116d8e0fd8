// Updates a part of the page while work runs in the background. The part has the address of its next version in
// data-poll; once it comes without one, the work is finished and the page is loaded again. Without this script, the
// page offers a link for that.

import { replace } from "./elements.js";

const INTERVAL_MS = 2000;

async function refresh() {
  const part = document.querySelector("[data-poll]");
  try {
    const reply = await fetch(part.dataset.poll);
    if (reply.ok) replace(part, await reply.text());
  } catch {
    // The connection is lost: try again after the interval.
  }
  if (document.querySelector("[data-poll]")) setTimeout(refresh, INTERVAL_MS);
  else location.reload();
}

if (document.querySelector("[data-poll]")) setTimeout(refresh, INTERVAL_MS);
