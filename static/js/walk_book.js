// The walk book: visits written down where there is no signal, kept encrypted on the phone, sent when there is one.
// What the answers of the server mean is said in docs/adr/0010-the-walk-book.md. Every sentence comes from the page.

const NAME = "walk-book";
const LONGEST = 300_000;
const OPEN_FOR = 1_800_000;
const BIGGEST = 20 * 2 ** 20;
const SIDE = 2048;
const STALE = 1_800_000;

const frame = document.querySelector("[data-walk-book]");
const base = frame ? new URL(frame.dataset.walkBook, location.href) : null;
const book = document.querySelector("[data-walk=list]");
const state = { user: frame?.dataset.user || "", session: "unknown", fails: 0, left: 0, note: "", held: null, doors: [], drafts: new Set() };
const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel(NAME) : null;
const utf8 = new TextEncoder();

const part = (name, inside = document) => inside.querySelector(`[data-walk="${name}"]`);
const parts = (name, inside = document) => inside.querySelectorAll(`[data-walk="${name}"]`);
const slot = (inside, name, text) => inside.querySelectorAll(`[data-slot="${name}"]`).forEach((one) => { one.textContent = text; });
const copy = (name) => part(name).content.firstElementChild.cloneNode(true);

function say(word, values = {}) {
  const text = part("words").content.querySelector(`[data-word="${word}"]`).textContent;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

function when(moment, time = true) {
  const day = { month: "long", day: "numeric" };
  return new Intl.DateTimeFormat(document.documentElement.lang, time ? { ...day, hour: "2-digit", minute: "2-digit", hourCycle: "h23" } : day).format(new Date(moment));
}

export function uuid7() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let time = Date.now();
  for (let at = 5; at >= 0; at -= 1, time = Math.floor(time / 256)) bytes[at] = time % 256;
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

// ---- The store ------------------------------------------------------------------------------------------------------

let opening;

function database() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => lay(request.result);
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      request.result.onversionchange = () => { request.result.close(); opening = undefined; };
      resolve(request.result);
    };
  });
  return opening;
}

function lay(made) {
  made.createObjectStore("keys", { keyPath: "user" });
  made.createObjectStore("doors", { keyPath: ["user", "door"] });
  made.createObjectStore("photos", { keyPath: ["visit", "hash"] });
  made.createObjectStore("about", { keyPath: "id" });
  // All that the line and the sending order need stands in the keys of an index: nothing large is read for them.
  made.createObjectStore("queue", { keyPath: "id" }).createIndex("survey", ["user", "made_at", "state", "next_at", "tries", "door"]);
}

// `work` gets the transaction and may give back one request, whose result is the answer once everything is on the disk.
async function transact(stores, mode, work) {
  const opened = await database();
  return new Promise((resolve, reject) => {
    const transaction = opened.transaction(stores, mode, { durability: "strict" });
    let request;
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onabort = () => reject(transaction.error);
    try {
      request = work(transaction);
    } catch (error) {
      reject(error);
      transaction.abort();
    }
  });
}

const get = (store, key) => transact([store], "readonly", (open) => open.objectStore(store).get(key));
const all = (store, range) => transact([store], "readonly", (open) => open.objectStore(store).getAll(range));
const put = (store, row) => transact([store], "readwrite", (open) => { open.objectStore(store).put(row); });
const under = (first) => IDBKeyRange.bound([first], [first, []]);

// What is not sent, of everybody, the oldest first, without its content.
export async function survey() {
  const rows = [];
  await transact(["queue"], "readonly", (open) => {
    const walk = open.objectStore("queue").index("survey").openKeyCursor();
    walk.onsuccess = () => {
      const at = walk.result;
      if (!at) return;
      const [user, made_at, now, next_at, tries, door] = at.key;
      rows.push({ id: at.primaryKey, user, made_at, state: now, next_at, tries, door });
      at.continue();
    };
  });
  return rows;
}

const mine = (rows) => rows.filter((row) => row.user === state.user);

// Changes a row only while it is still the one that was read: it may have been written anew meanwhile.
function ifSame(row, work) {
  return transact(["queue", "photos", "doors"], "readwrite", (open) => {
    const found = open.objectStore("queue").get(row.id);
    found.onsuccess = () => { if (found.result?.turn === row.turn) work(open, found.result); };
  });
}

const change = (row, to) => ifSame(row, (open, now) => { open.objectStore("queue").put({ ...now, ...to }); });

// ---- Keys -----------------------------------------------------------------------------------------------------------

async function seal(key, name, bytes) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: utf8.encode(name) }, key, bytes) };
}

const unseal = (key, name, { iv, data }) => crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: utf8.encode(name) }, key, data);
const sealText = (key, name, value) => seal(key, name, utf8.encode(JSON.stringify(value)));
const unsealText = async (key, name, sealed) => JSON.parse(new TextDecoder().decode(await unseal(key, name, sealed)));
const keyOf = async (user) => (user ? (await get("keys", user))?.key : undefined);

async function take({ user, name, key }) {
  const bytes = Uint8Array.from(atob(key), (letter) => letter.charCodeAt(0));
  const own = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
  await forget(user);
  await transact(["keys", "about"], "readwrite", (open) => {
    open.objectStore("keys").put({ user, name, key: own });
    open.objectStore("about").put({ id: "current", user });
  });
  remember();
  if (state.user !== user) state.doors = [];
  state.user = user;
}

// Throws away everybody's keys and doors but this user's. What is unsent stays, and so does the form it was written on:
// neither can be read without the key.
async function forget(except = "") {
  const rows = await survey();
  const needed = new Set(rows.map((row) => row.user + row.door));
  const keys = (await all("keys")).filter((one) => one.user !== except);
  const doors = await transact(["doors"], "readonly", (open) => open.objectStore("doors").getAllKeys());
  await transact(["keys", "doors", "about"], "readwrite", (open) => {
    for (const { user, name } of keys) {
      if (rows.some((row) => row.user === user)) open.objectStore("keys").put({ user, name });
      else open.objectStore("keys").delete(user);
    }
    for (const door of doors) if (door[0] !== except && !needed.has(door[0] + door[1])) open.objectStore("doors").delete(door);
    if (!except) open.objectStore("about").delete("current");
  });
}

// Tells the rest of the portal, without opening the store, that there is a book on this phone.
function remember() {
  try { localStorage.setItem(NAME, "1"); } catch { /* a comfort only */ }
}

// Before somebody signs out. `words` asks whether they mean it while something is unsent; false: they do not.
export async function signOut(words) {
  const current = (await get("about", "current"))?.user;
  const unsent = (await survey()).filter((row) => row.user === current).length;
  if (unsent && !confirm(words.replace("{n}", unsent))) return false;
  await forget();
  channel?.postMessage("changed");
  return true;
}

// ---- The server -----------------------------------------------------------------------------------------------------

const csrf = () => decodeURIComponent(document.cookie.match(/(?:^|; )csrftoken=([^;]*)/)?.[1] ?? "");

// null: no answer, or none of the portal's (the page of a hotel's network, a proxy that lost its server).
async function ask(path, { body, type = "application/json", patience = 30_000 } = {}) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patience);
  const headers = { Accept: "application/json", ...(body ? { "Content-Type": type, "X-CSRFToken": csrf() } : {}) };
  try {
    const answer = await fetch(new URL(path, base), { method: body ? "POST" : "GET", body, headers, redirect: "error", cache: "no-store", signal: stop.signal });
    if (answer.status === 204) return { status: 204, json: {} };
    const known = answer.headers.get("Content-Type")?.startsWith("application/json");
    return known || answer.status === 413 ? { status: answer.status, json: known ? await answer.json() : {} } : null;
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

const isAgain = (answer) => !answer || answer.status >= 500 || answer.status === 429 || answer.status === 408;

// Whose session this is: "in", "over", "none" (nothing to walk), "unknown" (no answer).
async function identify() {
  const answer = await ask("key/");
  if (answer?.status === 200) await take(answer.json);
  state.session = { 200: "in", 401: "over", 403: "none" }[answer?.status] ?? "unknown";
  return state.session;
}

// ---- Sending --------------------------------------------------------------------------------------------------------

// One tab at a time; where the browser has no locks, a lease of half a minute in the store.
async function alone(work) {
  if (navigator.locks) return navigator.locks.request(NAME, { ifAvailable: true }, (lock) => (lock ? work() : undefined));
  let free = false;
  await transact(["about"], "readwrite", (open) => {
    const lease = open.objectStore("about").get("lease");
    lease.onsuccess = () => {
      free = !(lease.result?.until > Date.now());
      if (free) open.objectStore("about").put({ id: "lease", until: Date.now() + 30_000 });
    };
  });
  if (!free) return undefined;
  try { return await work(); } finally { await put("about", { id: "lease", until: 0 }); }
}

// A phone whose clock has jumped back must not wait for a moment that lies far ahead.
function isDue(row, force) {
  const wait = row.next_at - Date.now();
  if (row.state === "open") return wait <= 0 || wait > OPEN_FOR;
  return row.state !== "attention" && (force || wait <= 0 || wait > LONGEST);
}

let sending = null;
let again = false;
let forced = false;

// Whoever asks while one is under way is heard afterwards: it may have looked before the new record was there.
export function flush(force = false) {
  again = true;
  forced ||= force;
  sending ??= rounds().finally(() => { sending = null; });
  return sending;
}

async function rounds() {
  while (again) {
    const force = forced;
    again = forced = false;
    await whole(force);
  }
}

async function whole(force) {
  if (!(await survey()).length) return;
  const before = state.user;
  await alone(async () => {
    const session = await identify();
    if (session === "in") await drain(force);
    else if (session === "unknown") state.fails += 1;
  });
  state.left = 0;
  if (book && state.user !== before) await loadDoors();
  await draw();
  await tell();
  await schedule();
}

async function drain(force) {
  const tried = new Set();
  for (let failed = 0; ;) {
    const due = mine(await survey()).filter((row) => !tried.has(row.id) && isDue(row, force));
    if (!due.length) return;
    for (const [at, { id }] of due.entries()) {
      tried.add(id);
      state.left = due.length - at;
      if (Date.now() - drawnAt > 300) await drawLine();
      const { outcome } = await send(id);
      if (outcome === "over") return;
      state.fails = outcome === "none" || outcome === "again" ? state.fails + 1 : 0;
      failed = state.fails ? failed + 1 : 0;
      // One record may be at fault; three in a row mean that the server is.
      if (outcome === "none" || failed > 2) return;
    }
  }
}

let timer;

async function schedule() {
  clearTimeout(timer);
  const next = mine(await survey()).filter((row) => row.state !== "attention").map((row) => row.next_at);
  if (!next.length || state.session === "over" || state.session === "none") return;
  const pause = state.fails ? Math.min(2 ** state.fails * 1000, LONGEST) : 1000;
  timer = setTimeout(() => flush(), Math.min(Math.max(Math.min(...next) - Date.now(), pause), LONGEST));
}

// Sends one record and then its photos. outcome: done, attention, over, again (5xx), none (no answer), gone.
async function send(id) {
  const row = await get("queue", id);
  const key = await keyOf(state.user);
  if (!row || !key || row.user !== state.user) return { outcome: "gone" };
  const tries = row.tries + 1;
  await change(row, { tries, next_at: Date.now() + Math.min(2 ** tries * 1000, LONGEST) });
  const said = row.stored ? { outcome: "done", url: row.url } : await sendRecord(row, key);
  if (said.outcome !== "done") return said;
  return { ...(await sendPhotos(row, key)), url: said.url, stored: true };
}

async function sendRecord(row, key) {
  const record = await unsealText(key, row.id, row).catch(() => null);
  if (!record) return { outcome: "again" };
  const about = { sent_at: new Date().toISOString(), device: await device(), unsent: Math.max(state.left, 1) };
  const answer = await ask("visits/", { body: JSON.stringify({ ...record, ...about }) });
  if (answer?.status === 201 || answer?.status === 202) {
    if (answer.json.id !== row.id) return later(row, "again");
    await stored(row, answer.json);
    return { outcome: "done", url: answer.json.url };
  }
  return refused(row, key, answer);
}

// The visit is in: of its photos only those still wanted matter.
async function stored(row, { photos, url }) {
  await ifSame(row, (open, now) => {
    open.objectStore("queue").put({ ...now, state: "photos", stored: true, url });
    const keys = open.objectStore("photos").getAllKeys(under(row.id));
    keys.onsuccess = () => keys.result.filter(([, hash]) => !photos.includes(hash)).forEach((one) => open.objectStore("photos").delete(one));
  });
}

async function sendPhotos(row, key) {
  for (const photo of await all("photos", under(row.id))) {
    const body = await unseal(key, photo.hash, photo).catch(() => null);
    if (!body) return later(row, "again");
    const answer = await ask(`visits/${row.id}/photos/${photo.hash}/`, { body, type: photo.type, patience: 180_000 });
    if (answer?.status !== 201 && answer?.status !== 202) return refused(row, key, answer, photo.hash);
    await transact(["photos"], "readwrite", (open) => { open.objectStore("photos").delete([row.id, photo.hash]); });
  }
  await finish(row);
  return { outcome: "done" };
}

async function finish(row) {
  await ifSame(row, (open) => {
    open.objectStore("queue").delete(row.id);
    const door = open.objectStore("doors").get([row.user, row.door]);
    door.onsuccess = () => {
      if (door.result?.extra) open.objectStore("doors").delete([row.user, row.door]);
      else if (door.result) open.objectStore("doors").put({ ...door.result, sent: true });
    };
  });
  const held = state.doors.find((one) => one.id === row.door);
  if (held) held.sent = true;
  state.note = "";
}

async function refused(row, key, answer, photo = "") {
  if (isAgain(answer)) return later(row, answer ? "again" : "none");
  if (answer.status === 401) {
    state.session = "over";
    await change(row, { state: row.stored ? "photos" : "waiting", next_at: 0, tries: row.tries });
    return { outcome: "over" };
  }
  // Whatever else a proxy may say with 2xx or 3xx has not been said by the portal.
  if (answer.status < 400) return later(row, "again");
  const why = await sealText(key, `${row.id}:answer`, { ...answer.json, photo });
  state.note = "";
  await change(row, { state: "attention", status: answer.status, answer: why });
  return { outcome: "attention", status: answer.status };
}

async function later(row, outcome) {
  await change(row, { state: row.stored ? "photos" : "waiting" });
  return { outcome };
}

async function device() {
  const known = await get("about", "device");
  if (known) return known.device;
  const made = { id: "device", device: uuid7() };
  await put("about", made);
  return made.device;
}

function deviceName() {
  const first = (names) => names.find((name) => navigator.userAgent.includes(name));
  return [first(["HarmonyOS", "Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux"]), first(["MicroMessenger", "Edg", "Firefox", "Chrome", "Safari"])].filter(Boolean).join(" · ");
}

// The board of the office shows which phone still has what.
async function tell() {
  if (state.session !== "in") return;
  const unsent = mine(await survey());
  const held = (await transact(["doors"], "readonly", (open) => open.objectStore("doors").count(under(state.user)))) ?? 0;
  const told = { device: await device(), name: deviceName(), held, unsent: unsent.length, oldest: unsent[0]?.made_at ?? null };
  if (JSON.stringify(told) === (await get("about", "told"))?.what) return;
  const answer = await ask("device/", { body: JSON.stringify(told) });
  if (answer?.status === 204) await put("about", { id: "told", what: JSON.stringify(told) });
}

// ---- Writing down ---------------------------------------------------------------------------------------------------

// Durable before anything else happens. `held`: milliseconds for which nobody else sends it. Throws where it cannot be kept.
export async function keep({ id, door, fields, photos = [], position = null, replaces = "", held = 0, form = "" }) {
  const key = await keyOf(state.user);
  if (!key) throw new DOMException("no key", "NotAllowedError");
  const name = door.target || door.household;
  const record = { id, target: door.target || null, household: door.household, fields: { ...fields, uuid: [id] }, photos: photos.map((one) => one.hash), position };
  const row = { id, user: state.user, door: name, turn: uuid7(), made_at: new Date().toISOString(), state: held ? "open" : "waiting", tries: 0, next_at: held ? Date.now() + held : 0, stored: false, ...(await sealText(key, id, record)) };
  const pictures = [];
  for (const { hash, type, bytes } of photos) pictures.push({ visit: id, hash, user: state.user, type, ...(await seal(key, hash, bytes)) });
  const sheet = form && { user: state.user, door: name, order: 0, extra: true, ...(await sealText(key, name, { ...door, form })) };
  await transact(["queue", "photos", "doors"], "readwrite", (open) => {
    for (const old of new Set([id, replaces].filter(Boolean))) {
      open.objectStore("queue").delete(old);
      open.objectStore("photos").delete(under(old));
    }
    open.objectStore("queue").put(row);
    pictures.forEach((one) => open.objectStore("photos").put(one));
    if (sheet) putUnlessHeld(open.objectStore("doors"), sheet);
  });
  remember();
  navigator.storage?.persist?.().catch(() => {});
  channel?.postMessage("changed");
  return row;
}

function putUnlessHeld(doors, sheet) {
  const found = doors.get([sheet.user, sheet.door]);
  found.onsuccess = () => { if (!found.result || found.result.extra) doors.put(sheet); };
}

// What was typed, as the names and values of the form; the photos are kept apart.
function typed(form, submitter) {
  const fields = {};
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && name !== "csrfmiddlewaretoken") (fields[name] ??= []).push(value);
  }
  if (submitter?.name) fields[submitter.name] = [submitter.value];
  return fields;
}

async function drop(row) {
  await transact(["queue", "photos"], "readwrite", (open) => {
    open.objectStore("queue").delete(row.id);
    open.objectStore("photos").delete(under(row.id));
  });
  await draw();
  await tell();
}

// ---- What is being written --------------------------------------------------------------------------------------------

const draftName = (door) => `draft:${state.user}:${door}`;
const dropDraft = (door) => transact(["about"], "readwrite", (open) => { open.objectStore("about").delete(draftName(door)); });

// A phone may close the page at any moment: what is being filled in is kept as it is typed, all but the photos.
function watchDraft(form, door) {
  let waiting;
  const write = async () => {
    clearTimeout(waiting);
    waiting = undefined;
    const key = await keyOf(state.user);
    if (key && !form.busy) await put("about", { id: draftName(door), ...(await sealText(key, draftName(door), typed(form))) }).catch(() => {});
  };
  form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(write, 500); });
  document.addEventListener("visibilitychange", () => { if (document.hidden && waiting) write(); });
  form.stopDraft = () => clearTimeout(waiting);
}

async function draftOf(door, key) {
  const kept = await get("about", draftName(door));
  return kept ? unsealText(key, kept.id, kept).catch(() => null) : null;
}

async function draftedDoors() {
  const first = draftName("");
  const range = IDBKeyRange.bound(first, `${first}\uffff`);
  const names = await transact(["about"], "readonly", (open) => open.objectStore("about").getAllKeys(range));
  return new Set(names.map((name) => name.slice(first.length)));
}

// ---- Photos ---------------------------------------------------------------------------------------------------------

const pictures = new WeakMap();

// At most 2048 pixels and JPEG, drawn anew and so without the place; as it is where the browser cannot draw it.
async function prepare(file) {
  const small = await redraw(file, SIDE).catch(() => null);
  if (!small && file.size > BIGGEST) throw new RangeError(file.name);
  const bytes = await (small ?? file).arrayBuffer();
  const hash = hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
  return { hash, bytes, type: small ? "image/jpeg" : file.type || "application/octet-stream" };
}

async function redraw(file, side, quality = 0.85) {
  const image = await createImageBitmap(file);
  const scale = Math.min(1, side / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(image.width * scale));
  canvas.height = Math.max(1, Math.round(image.height * scale));
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("not drawn"))), "image/jpeg", quality);
  });
}

// A camera gives one photo at a time, and the next would take its place in the control: so they are taken over at once.
function watchPhotos(form) {
  const input = form.querySelector("input[type=file]");
  if (!input) return;
  const list = document.createElement("ul");
  list.className = "walk-photos plain";
  (input.closest(".field") ?? input).append(list);
  input.addEventListener("change", () => {
    const files = [...input.files];
    input.value = "";
    form.ready = Promise.resolve(form.ready).then(() => addPhotos(form, list, files));
  });
  form.addPhotos = (photos) => { pictures.set(form, [...(pictures.get(form) ?? []), ...photos]); showPhotos(form, list); };
}

async function addPhotos(form, list, files) {
  const most = Number(frame.dataset.mostPhotos);
  const known = pictures.get(form) ?? [];
  const wrong = [];
  for (const file of files) {
    try {
      const photo = await prepare(file);
      if (known.some((one) => one.hash === photo.hash)) continue;
      if (known.length < most) known.push(photo);
      else wrong.push(say("too-many", { n: most }));
    } catch {
      wrong.push(say("too-big", { name: file.name }));
    }
  }
  pictures.set(form, known);
  showPhotos(form, list);
  note([...new Set(wrong)].join(" "));
}

function showPhotos(form, list) {
  const photos = pictures.get(form) ?? [];
  list.replaceChildren(...photos.map((photo, at) => {
    const row = copy("photo-row");
    const name = say("photo", { n: at + 1, size: `${Math.ceil(photo.bytes.byteLength / 1024)} KB` });
    slot(row, "name", name);
    slot(row, "which", name);
    part("drop", row).addEventListener("click", () => {
      pictures.set(form, photos.filter((one) => one !== photo));
      showPhotos(form, list);
      form.querySelector("input[type=file]").focus();
    });
    preview(row.querySelector("img"), photo);
    return row;
  }));
}

async function preview(image, photo) {
  const small = await redraw(new Blob([photo.bytes], { type: photo.type }), 160, 0.7).catch(() => null);
  if (!small) return;
  const reader = new FileReader();
  reader.onload = () => { image.src = reader.result; image.hidden = false; };
  reader.readAsDataURL(small);
}

const photosOf = async (row, key) => Promise.all((await all("photos", under(row.id))).map(async (one) => ({ hash: one.hash, type: one.type, bytes: await unseal(key, one.hash, one) })));

// ---- Doors ----------------------------------------------------------------------------------------------------------

async function fetchDoors() {
  if (state.fetching !== undefined) return;
  state.fetching = 0;
  await drawLine();
  const taken = (await identify()) === "in" && (await fetchPages().catch(() => false));
  state.fetching = undefined;
  if (taken) await loadDoors();
  else if (state.session === "in" || state.session === "unknown") note(say("not-fetched"));
  await draw();
  await tell();
}

async function fetchPages() {
  const { user } = state;
  const key = await keyOf(user);
  const rows = [];
  let page;
  do {
    page = (await ask(`held/?after=${encodeURIComponent(page?.next ?? "")}`, { patience: 60_000 }))?.json;
    if (page?.user !== user) return false;
    for (const door of page.doors) {
      const name = door.target || door.household;
      rows.push({ user, door: name, order: rows.length, ...(await sealText(key, name, door)) });
    }
    state.fetching = rows.length;
    await drawLine();
  } while (page.next);
  await replaceDoors(user, rows, { made_at: new Date().toISOString(), campaign: page.campaign, ends_on: page.ends_on });
  return true;
}

// All or nothing. A door with something unsent stays, whoever has it now.
async function replaceDoors(user, rows, about) {
  const needed = new Set(mine(await survey()).map((row) => row.door));
  await transact(["doors", "about"], "readwrite", (open) => {
    const doors = open.objectStore("doors");
    const old = doors.getAllKeys(under(user));
    old.onsuccess = () => {
      old.result.filter(([, door]) => !needed.has(door)).forEach((one) => doors.delete(one));
      rows.forEach((row) => doors.put(row));
    };
    open.objectStore("about").put({ id: "held", user, n: rows.length, ...about });
  });
}

async function loadDoors() {
  const key = await keyOf(state.user);
  const rows = key ? await all("doors", under(state.user)) : [];
  const about = await get("about", "held");
  state.held = about?.user === state.user ? about : null;
  state.drafts = await draftedDoors();
  state.doors = [];
  for (const row of rows.sort((one, other) => one.order - other.order)) {
    const { form, ...door } = await unsealText(key, row.door, row).catch(() => ({}));
    if (form !== undefined) state.doors.push({ ...door, id: row.door, sent: row.sent, extra: row.extra });
  }
  if (book) listDoors();
}

// ---- The line -------------------------------------------------------------------------------------------------------

function note(text) {
  state.note = text;
  return drawLine();
}

async function lines() {
  const rows = await survey();
  const own = mine(rows);
  const keys = await all("keys");
  const told = [];
  const name = keys.find((one) => one.user === state.user)?.name;
  const list = book && !shown;
  if (list && name) told.push(say("whose", { name }));
  if (state.note) told.push(state.note);
  if (list && location.pathname !== base.pathname) told.push(say("instead"));
  if (state.session === "over") told.push(say(name ? "over" : "nobody"));
  else if (state.session === "none" && book) told.push(say("not-yours"));
  else if (!navigator.onLine) told.push(say("offline"));
  else if (state.fails && own.length) told.push(say("no-answer"));
  if (state.left) told.push(say("sending", { n: state.left }));
  else if (own.length) told.push(say("unsent", { n: own.length, when: when(own[0].made_at) }));
  else if (book && name) told.push(say("all-sent"));
  const look = own.filter((row) => row.state === "attention").length;
  if (look) told.push(say("look", { n: look }));
  for (const other of new Set(rows.filter((row) => row.user !== state.user).map((row) => row.user))) {
    const whose = keys.find((one) => one.user === other)?.name ?? "";
    told.push(say("others", { name: whose, n: rows.filter((row) => row.user === other).length }));
  }
  if (state.fetching !== undefined) told.push(say("fetching", { n: state.fetching }));
  else if (list && state.held) told.push(...heldWords(state.held));
  return { told, rows, own };
}

function heldWords({ made_at, n, campaign, ends_on }) {
  const fetched = say("fetched", { when: when(made_at), n });
  return campaign ? [`${say("ends", { campaign, when: ends_on ? when(ends_on, false) : "" })} ${fetched}`] : [fetched];
}

let drawnAt = 0;

async function drawLine() {
  drawnAt = Date.now();
  const { told, rows, own } = await lines();
  const line = part("line", frame);
  const text = told.join("\n");
  if (line.dataset.text !== text) {
    line.dataset.text = text;
    line.replaceChildren(...told.map((one) => Object.assign(document.createElement("p"), { textContent: one })));
  }
  if (!book) frame.hidden = !rows.length && !state.note;
  part("sign-in", frame).hidden = state.session !== "over";
  part("ways", frame).hidden = book ? state.session !== "over" : false;
  const warns = own.some((row) => row.state === "attention") || state.session === "over";
  frame.classList.toggle("is-warn", warns);
  frame.classList.toggle("is-wait", !warns);
  return rows;
}

let drawn = Promise.resolve();

function draw() {
  drawn = drawn.then(paint, paint);
  return drawn;
}

async function paint() {
  const rows = mine(await drawLine());
  if (!book) return;
  for (const name of ["send", "export", "foot"]) part(name).hidden = !rows.length;
  paintDoors(rows);
  await paintAttention(rows.filter((row) => row.state === "attention"));
}

// ---- The page of the book -------------------------------------------------------------------------------------------

function listDoors() {
  const groups = new Map();
  for (const door of state.doors) {
    if (!groups.has(door.building)) groups.set(door.building, []);
    groups.get(door.building).push(door);
  }
  part("doors").replaceChildren(...Array.from(groups, ([building, doors]) => {
    const group = copy("building");
    slot(group, "name", building);
    group.querySelector("ul").append(...doors.map(doorRow));
    return group;
  }));
  part("find").hidden = state.doors.length < 2;
  part("none").hidden = state.doors.length > 0 || !state.user;
}

function doorRow(door) {
  const row = copy("door-row");
  row.dataset.door = door.id;
  row.dataset.words = [door.building, door.door, door.kind, ...(door.why ?? [])].join(" ").toLowerCase();
  slot(row, "door", door.door);
  slot(row, "about", [door.kind, door.due].filter(Boolean).join(" · "));
  slot(row, "why", (door.why ?? []).join("；"));
  row.querySelector("button").addEventListener("click", () => openDoor(door.id));
  return row;
}

function paintDoors(rows) {
  const wanted = document.getElementById("find-door").value.trim().toLowerCase().split(/\s+/);
  for (const door of state.doors) {
    const row = part("doors").querySelector(`[data-door="${CSS.escape(door.id)}"]`);
    const queued = rows.find((one) => one.door === door.id);
    const mark = queued ? (queued.state === "open" ? "waiting" : queued.state) : door.sent ? "sent" : state.drafts.has(door.id) ? "draft" : "";
    const [tone, text] = mark ? [{ attention: "bad", sent: "good" }[mark] ?? "wait", say(`state-${mark}`)] : [door.tone ?? "idle", door.state ?? ""];
    const badge = copy(`tone-${tone}`);
    badge.append(text);
    if (text) part("badge", row).replaceChildren(badge);
    row.hidden = (door.extra && !queued) || !wanted.every((word) => row.dataset.words.includes(word));
    // What may have reached the server is no longer changed here.
    row.querySelector("button").setAttribute("aria-disabled", isOnItsWay(queued));
  }
  for (const group of part("doors").children) group.hidden = !group.querySelector("li:not([hidden])");
  part("no-match").hidden = !state.doors.length || [...part("doors").children].some((group) => !group.hidden);
}

const isOnItsWay = (row) => Boolean(row && row.state !== "attention" && (row.tries || row.state === "photos"));

async function paintAttention(rows) {
  const signature = rows.map((row) => row.id + row.tries).join();
  const panel = part("attention");
  panel.hidden = !rows.length;
  if (panel.dataset.shown === signature) return;
  panel.dataset.shown = signature;
  part("rows", panel).replaceChildren(...(await Promise.all(rows.map(({ id }) => attentionRow(id)))));
}

async function attentionRow(id) {
  const row = await get("queue", id);
  const key = await keyOf(state.user);
  const answer = key && row ? await unsealText(key, `${id}:answer`, row.answer).catch(() => ({})) : {};
  const door = state.doors.find((one) => one.id === row?.door)?.door ?? "";
  const shown = copy("attention-row");
  const message = answer.message || say("refused");
  slot(shown, "door", door);
  slot(shown, "which", door);
  slot(shown, "made", say("made", { when: when(row.made_at) }));
  slot(shown, "message", answer.photo ? say("photo-refused", { message }) : message);
  part("mend", shown).hidden = Boolean(answer.photo);
  part("mend", shown).addEventListener("click", () => openDoor(row.door, id));
  part("discard", shown).addEventListener("click", () => (answer.photo ? losePhoto(row, answer.photo, door) : loseRecord(row, key, door)));
  return shown;
}

// ---- One door -------------------------------------------------------------------------------------------------------

const opened = new Map();
let shown = null;

async function openDoor(id, record = "") {
  const rows = mine(await survey()).filter((row) => row.door === id);
  if (!record && rows.some(isOnItsWay)) return note(say("on-its-way"));
  const asked = record || rows.find((row) => row.state === "attention")?.id || rows.find((row) => !row.tries)?.id || "";
  const name = asked || id;
  if (!opened.has(name)) opened.set(name, await build(id, asked));
  const sheet = opened.get(name);
  if (!sheet) return opened.delete(name);
  shown = { ...sheet, name, id };
  const view = part("door");
  slot(view, "door", sheet.door.door);
  slot(view, "about", [sheet.door.building, sheet.door.kind, sheet.door.due].filter(Boolean).join(" · "));
  part("why").hidden = !sheet.door.why?.length;
  part("reasons").replaceChildren(...(sheet.door.why ?? []).map((one) => Object.assign(document.createElement("li"), { textContent: one })));
  part("form").replaceChildren(sheet.form);
  swap(true);
  drawLine();
  if (!history.state?.door) history.pushState({ door: name }, "");
  (view.querySelector(".errors") ?? view.querySelector("h2")).focus();
  return sheet;
}

async function build(id, asked) {
  const key = await keyOf(state.user);
  const held = await get("doors", [state.user, id]);
  const row = asked ? await get("queue", asked) : null;
  if (!key || !held) return null;
  const { form: inside, ...door } = await unsealText(key, id, held);
  const form = document.createElement("form");
  form.className = "visit stack";
  form.noValidate = true;
  form.innerHTML = inside;
  form.elements.uuid.value = uuid7();
  form.elements.started.value = new Date().toISOString();
  watchPhotos(form);
  watchPlace(form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save(form, door, event.submitter);
  });
  if (row) await reopen(form, row, key);
  else if (!door.extra) await takeUp(form, id, key);
  return { form, door, row };
}

async function takeUp(form, door, key) {
  const fields = await draftOf(door, key);
  if (fields) refill(form, fields);
  watchDraft(form, door);
}

// As it was written, with its photos, and with what the server said about it. Nobody sends it meanwhile.
async function reopen(form, row, key) {
  const record = await unsealText(key, row.id, row);
  refill(form, record.fields);
  const photos = await photosOf(row, key);
  if (photos.length) form.addPhotos?.(photos);
  if (row.state !== "attention") await change(row, { state: "open", next_at: Date.now() + OPEN_FOR });
  else showErrors(form, await unsealText(key, `${row.id}:answer`, row.answer));
}

function refill(form, fields) {
  const left = structuredClone(fields);
  for (const control of form.elements) {
    const values = left[control.name];
    if (control.type === "radio" || control.type === "checkbox") control.checked = Boolean(fields[control.name]?.includes(control.value));
    else if (values && !["submit", "button", "file"].includes(control.type)) {
      const value = values.shift() ?? "";
      if (control.options && value && ![...control.options].some((one) => one.value === value)) control.append(new Option(value, value));
      control.value = value;
    }
    if (differs(control)) unfold(control);
  }
  // What this form no longer asks was said all the same.
  for (const [name, values] of Object.entries(fields)) {
    if (form.elements[name]) continue;
    for (const value of values) form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
}

function differs(control) {
  if (control.type === "hidden" || control.type === "file" || control.type === "submit") return false;
  return control.type === "radio" || control.type === "checkbox" ? control.checked && !control.defaultChecked : Boolean(control.value) && !control.options;
}

function unfold(control) {
  for (let fold = control.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
}

function showErrors(form, { message, errors = {} }) {
  const box = copy("errors");
  const list = box.querySelector("ul");
  const entries = Object.entries(errors).flatMap(([name, texts]) => texts.map((text) => [name, text]));
  for (const [name, text] of entries.length ? entries : [["", message || say("refused")]]) {
    const item = list.appendChild(document.createElement("li"));
    const found = name && form.elements[name];
    const control = found instanceof RadioNodeList ? found[0] : found;
    if (control && control.type !== "hidden") item.append(pointAt(control, text));
    else item.append(text);
  }
  form.prepend(box);
}

// The error stands at its field as well, and the entry of the summary leads there.
function pointAt(control, text) {
  const around = control.closest(".line, .chips, .field") ?? control.parentElement;
  const said = copy("field-error");
  said.append(text);
  said.id = `${control.id}_said`;
  around.classList.add("has-error");
  (around.querySelector("legend, .form-label") ?? control).after(said);
  control.setAttribute("aria-describedby", said.id);
  unfold(control);
  return Object.assign(document.createElement("a"), { href: `#${control.id}`, textContent: text });
}

async function save(form, door, submitter) {
  if (form.busy) return;
  form.busy = true;
  try {
    await form.ready;
    const before = shown.row && (await get("queue", shown.row.id));
    // The same id while the server may take it as the same visit; another one where it has this id with other content.
    const id = shown.row && (!before || before.status === 409) ? uuid7() : form.elements.uuid.value;
    await keep({ id, door, fields: typed(form, submitter), photos: pictures.get(form) ?? [], position: place(form), replaces: before?.id ?? "" });
    form.stopDraft?.();
    await dropDraft(shown.id);
    opened.delete(shown.name);
    note(say("kept", { door: door.door }));
    leave(true);
    await loadDoors();
    await draw();
    flush();
  } catch (error) {
    showFailure(form, failureWord(error));
  } finally {
    form.busy = false;
  }
}

const failureWord = (error) => ({ QuotaExceededError: "full", NotAllowedError: "no-key" })[error?.name] ?? "broken";

function showFailure(form, word) {
  form.querySelector(".errors.walk")?.remove();
  const box = copy("errors");
  box.classList.add("walk");
  box.querySelector("ul").append(Object.assign(document.createElement("li"), { textContent: say(word) }));
  form.prepend(box);
  box.focus();
}

// Where the phone stands: only where the visitor presses the button, and the browser is allowed to tell.
function watchPlace(form) {
  const button = form.querySelector("[data-position]");
  if (!button || !form.elements.position || !navigator.geolocation) return;
  button.hidden = false;
  const label = button.lastChild;
  button.addEventListener("click", () => {
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      form.elements.position.value = JSON.stringify({ lat: coords.latitude, lon: coords.longitude, accuracy: coords.accuracy });
      label.textContent = say("placed", { metres: Math.ceil(coords.accuracy) });
    }, () => { label.textContent = say("not-placed"); }, { enableHighAccuracy: true, timeout: 20_000 });
  });
}

function place(form) {
  const given = form.elements.position?.value;
  return given ? JSON.parse(given) : null;
}

function swap(door) {
  part("door").hidden = !door;
  book.hidden = door;
  if (door) scrollTo(0, 0);
}

// Back to the list, to the door one came from. What was typed and not saved stands there again when it is opened again.
function leave(saved = false) {
  if (!shown) return;
  const { id, row, name } = shown;
  shown = null;
  part("form").replaceChildren();
  swap(false);
  drawLine();
  if (history.state?.door) history.back();
  (part("doors").querySelector(`[data-door="${CSS.escape(id)}"]:not([hidden]) button`) ?? document.getElementById("main")).focus();
  if (!saved && !row) draftedDoors().then((drafts) => { state.drafts = drafts; draw(); });
  if (saved || !row || row.state === "attention") return;
  opened.delete(name);
  change(row, { state: "waiting", next_at: 0 }).then(draw);
}

// ---- Losing something on purpose --------------------------------------------------------------------------------------

function confirmLoss(title, losses) {
  const dialog = part("confirm");
  slot(dialog, "title", title);
  part("losses").replaceChildren(...losses.map((one) => Object.assign(document.createElement("li"), { textContent: one })));
  dialog.showModal();
  return new Promise((resolve) => {
    part("lose").onclick = () => dialog.close("lose");
    part("hold").onclick = () => dialog.close("");
    dialog.onclose = () => { resolve(dialog.returnValue === "lose"); dialog.returnValue = ""; };
  });
}

async function loseRecord(row, key, door) {
  const record = await unsealText(key, row.id, row).catch(() => ({ fields: {}, photos: [] }));
  const held = await build(row.door, "").catch(() => null);
  const texts = [];
  let answers = 0;
  for (const [name, values] of Object.entries(record.fields)) {
    const found = held?.form.elements[name];
    const control = found instanceof RadioNodeList ? found[0] : found;
    if (!control || control.type === "hidden" || control.type === "submit" || !values.some(Boolean)) continue;
    answers += 1;
    if (control.matches("textarea, input[type=text], input[type=tel]")) texts.push(say("lost-text", { text: values.join(" ") }));
  }
  const photos = (await all("photos", under(row.id))).length;
  const losses = [say("made", { when: when(row.made_at) }), say("lost-answers", { n: answers }), ...texts, ...(photos ? [say("lost-photos", { n: photos })] : [])];
  if (!(await confirmLoss(say("lost-record", { door }), losses))) return;
  await drop(row);
  document.getElementById("main").focus();
}

async function losePhoto(row, hash, door) {
  if (!(await confirmLoss(say("lost-photo", { door }), [say("lost-photos", { n: 1 })]))) return;
  await transact(["photos"], "readwrite", (open) => { open.objectStore("photos").delete([row.id, hash]); });
  await change(row, { state: "photos", next_at: 0 });
  await flush(true);
}

// ---- The file of what is unsent ---------------------------------------------------------------------------------------

function base64(buffer) {
  const bytes = new Uint8Array(buffer);
  let text = "";
  for (let at = 0; at < bytes.length; at += 32_768) text += String.fromCharCode(...bytes.subarray(at, at + 32_768));
  return btoa(text);
}

// The very ciphertexts: whoever has the file can read nothing of it.
async function exported(user) {
  const rows = (await survey()).filter((row) => row.user === user);
  const pieces = [`{"format":"gongzhi-walk-book-1","user":${JSON.stringify(user)},"records":[`];
  const hashes = [];
  for (const [at, { id }] of rows.entries()) {
    const { iv, data } = await get("queue", id);
    pieces.push(`${at ? "," : ""}${JSON.stringify({ id, iv: base64(iv), data: base64(data) })}`);
    hashes.push(...(await transact(["photos"], "readonly", (open) => open.objectStore("photos").getAllKeys(under(id)))));
  }
  pieces.push(`],"photos":[`);
  for (const [at, place] of hashes.entries()) {
    const { hash, iv, data } = await get("photos", place);
    pieces.push(new Blob([`${at ? "," : ""}${JSON.stringify({ hash, iv: base64(iv), data: base64(data) })}`]));
  }
  return new Blob([...pieces, "]}"], { type: "application/json" });
}

async function download() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await exported(state.user));
  link.download = `walk-book-${new Date().toISOString().slice(0, 10)}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

// ---- The visit form of the portal: first into the book, then to the server --------------------------------------------

function guard(form) {
  const { target, household, door, building } = form.dataset;
  // The server drew the form by its own clock; the phone will say by its clock when it was sent.
  const ahead = Date.now() - Date.parse(frame.dataset.now);
  const inside = [...form.children].filter((one) => one.name !== "csrfmiddlewaretoken").map((one) => one.outerHTML).join("");
  watchPhotos(form);
  watchPlace(form);
  form.addEventListener("submit", async (event) => {
    if (form.plain) return;
    event.preventDefault();
    if (form.busy) return;
    form.busy = true;
    await form.ready;
    const fields = typed(form, event.submitter);
    if (fields.started) fields.started = [new Date(Date.parse(fields.started[0]) + ahead).toISOString()];
    const sheet = { target, household, door, building, kind: "", due: "", why: [] };
    const photos = pictures.get(form) ?? [];
    try {
      if (!(await keyOf(state.user))) await identify();
      const row = await keep({ id: fields.uuid[0], door: sheet, fields, photos, position: place(form), held: 120_000, form: inside });
      await sendNow(form, row, event.submitter);
    } catch (error) {
      if (navigator.onLine) submitPlainly(form, event.submitter);
      else await note(say(failureWord(error)));
    }
    form.busy = false;
  });
}

async function sendNow(form, row, submitter) {
  const owner = state.user;
  const session = await identify();
  const said = session === "in" && state.user === owner ? await send(row.id) : { outcome: session === "unknown" ? "none" : "over" };
  if (said.url) return location.assign(said.url);
  // The server draws what is wrong; until it has, the record stays in the book.
  if (said.outcome === "attention") return submitPlainly(form, submitter);
  await change(row, { state: "waiting", next_at: 0 });
  await note(say(said.outcome === "over" ? "kept-over" : "kept-offline"));
  if (said.outcome !== "over" && navigator.serviceWorker?.controller) return location.assign(base);
  return schedule();
}

function submitPlainly(form, submitter) {
  const input = form.querySelector("input[type=file]");
  const files = new DataTransfer();
  (pictures.get(form) ?? []).forEach(({ bytes, type }, at) => files.items.add(new File([bytes], `${at + 1}.${type.split("/")[1]}`, { type })));
  if (input) input.files = files.files;
  form.plain = true;
  form.requestSubmit(submitter?.form === form ? submitter : undefined);
}

// The page came back with what is wrong: its photos are still here.
async function returned(form) {
  const row = form.elements.uuid ? await get("queue", form.elements.uuid.value) : null;
  const key = await keyOf(state.user);
  if (!row || row.user !== state.user || !key) return;
  form.addPhotos?.(await photosOf(row, key));
}

// ---- Begin ------------------------------------------------------------------------------------------------------------

const usable = globalThis.isSecureContext && "indexedDB" in globalThis && crypto.subtle && typeof structuredClone === "function";

function wire(name, work) {
  parts(name).forEach((button) => button.addEventListener("click", work));
}

function wireBook() {
  wire("fetch", () => { state.note = ""; fetchDoors(); });
  wire("export", download);
  wire("back", () => leave());
  document.getElementById("find-door").addEventListener("input", draw);
  addEventListener("popstate", () => { if (!history.state?.door) leave(); });
}

async function begin() {
  const current = (await get("about", "current"))?.user;
  if (book) state.user = current ?? "";
  else if (current && current !== state.user) await identify();
  wire("send", () => { state.note = ""; flush(true).then(draw); });
  addEventListener("online", () => { state.fails = 0; flush(true); });
  addEventListener("offline", draw);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) flush(); });
  if (channel) channel.onmessage = refresh;
  const form = document.querySelector("form.visit[data-walk]");
  if (form) guard(form);
  if (form) await returned(form);
  if (book) await beginBook();
  await draw();
  await flush();
}

async function beginBook() {
  wireBook();
  if (history.state?.door) history.replaceState(null, "");
  await loadDoors();
  await draw();
  if (!navigator.onLine) return;
  const old = !state.held || Date.now() - Date.parse(state.held.made_at) > STALE;
  if (old) await fetchDoors();
  else if ((await identify()) === "in") await loadDoors();
}

async function refresh() {
  if (book) {
    state.user = (await get("about", "current"))?.user ?? "";
    await loadDoors();
  }
  await draw();
}

if (frame && usable) {
  navigator.serviceWorker?.register(new URL("worker.js", base), { scope: "/" }).catch(() => {});
  begin();
} else if (frame && book) {
  part("line", frame).textContent = say("old-browser");
}
