// What every queue in the browser needs: a store that survives a closed tab, and a request that never hangs.

const REQUEST_TIMEOUT_MS = 20000; // sending twice does no harm

// Returns a function that does work on a store of IndexedDB and returns the result of its request.
export function storeOf(databaseName, storeName, keys) {
  const database = new Promise((resolve) => {
    try {
      const request = indexedDB.open(databaseName, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(storeName, keys);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => resolve(null);
    } catch {
      resolve(null);
    }
  });
  return async (mode, work) => {
    const opened = await database;
    if (opened === null) throw new Error("no IndexedDB");
    return new Promise((resolve, reject) => {
      const transaction = opened.transaction(storeName, mode, { durability: "strict" });
      const request = work(transaction.objectStore(storeName));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  };
}

export const token = () => document.querySelector("[name=csrf_token]").value;

export function post(url, pairs) {
  return fetch(url, {
    method: "POST",
    body: new URLSearchParams([["csrf_token", token()], ...pairs]),
    headers: { Accept: "application/json" },
    redirect: "manual",
    keepalive: true,
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
}
