// Keeps the page of the walk book and its static files, nothing with anybody's data (docs/adr/0010).
"use strict";
const NAME = "walk-book-";
const VERSION = "{{ version|escapejs }}";
const BOOK = "{{ book|escapejs }}";
const SHELL = [{% for address in shell %}"{{ address|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %}];
// So long a page of the book may take where the line is bad; then the kept one comes.
const PATIENCE = 4000;
const LOOSE = { ignoreSearch: true, ignoreVary: true };

self.addEventListener("install", (event) => {
  event.waitUntil(fill().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(dropOld().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const request = event.request;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (SHELL.includes(address.pathname)) event.respondWith(kept(request).then((answer) => answer || fetch(request)));
  else if (request.mode !== "navigate") return;
  else if (address.pathname === BOOK) event.respondWith(book(event));
  else event.respondWith(fetch(request).catch(() => keptBook()));
});

async function fill() {
  const cache = await caches.open(NAME + VERSION);
  await cache.addAll([BOOK, ...SHELL].map((address) => new Request(address, { cache: "reload" })));
}

async function dropOld() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(NAME) && name !== NAME + VERSION);
  await Promise.all(old.map((name) => caches.delete(name)));
}

async function kept(what) {
  const cache = await caches.open(NAME + VERSION);
  return cache.match(what, LOOSE);
}

async function keptBook() {
  return (await kept(BOOK)) || Response.error();
}

// The page as the server has it now, in today's language; the kept one where that fails or takes too long.
async function book(event) {
  const fresh = fetch(event.request).then((answer) => {
    if (answer.ok) event.waitUntil(keep(answer.clone()));
    return answer;
  });
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  const first = await Promise.race([fresh.catch(() => undefined), late]);
  if (first && first.ok) return first;
  return (await kept(BOOK)) || first || fresh;
}

// Only together with the files it was made for: after an update the next worker brings both.
async function keep(answer) {
  if (answer.headers.get("Walk-Book") !== VERSION) return;
  const cache = await caches.open(NAME + VERSION);
  await cache.put(BOOK, answer);
}
