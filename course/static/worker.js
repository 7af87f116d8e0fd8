// Shows the pages of a lab without a network, as the device kept them. With a network it adds nothing: every request
// goes to the server first. sign_off.js fills the cache.

const KEPT = "table";
const MAX_AGE_MS = 24 * 60 * 60 * 1000; // the pages name learners, so none is shown a day later

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

async function kept(request) {
  const reply = await (await caches.open(KEPT)).match(request, { ignoreVary: true });
  const isPage = reply?.headers.get("content-type")?.startsWith("text/html");
  if (isPage && !(Date.now() - Date.parse(reply.headers.get("date")) < MAX_AGE_MS)) return undefined;
  return reply;
}

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== location.origin) return;
  event.respondWith(fetch(request).catch(async (failure) => {
    const reply = await kept(request);
    if (!reply) throw failure;
    return reply;
  }));
});
