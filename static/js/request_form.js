// What the form of a request does where scripts run: finds the category while one types, looks for the same matter while
// the form is filled in, and keeps what was written. Everything works without it.
(() => {
  "use strict";
  const form = document.querySelector("form.request-form");
  if (!form) return;
  const field = (name) => form.elements[name];
  const value = (name) => (field(name) && field(name).value) || "";

  // The cards, by words.
  const search = document.querySelector("form.pick-search");
  const none = document.getElementById("about-none");
  const cards = [...form.querySelectorAll(".pick-card")];
  const says = (card, words) =>
    words.split(/[\s，。、]+/).filter(Boolean).some((piece) =>
      card.dataset.words.split(" ").some((word) => (piece.length > 1 || word.length === 1) && (word.includes(piece) || (word.length > 1 && piece.includes(word)))));
  const sift = (words) => {
    const found = words ? cards.filter((card) => says(card, words)) : cards;
    cards.forEach((card) => { card.hidden = found.length > 0 && !found.includes(card) && !card.querySelector("input").checked; });
    form.querySelectorAll(".pick-group").forEach((group) => {
      group.hidden = !group.querySelector(".pick-card:not([hidden])");
    });
    none.hidden = !words || found.length > 0;
    return found;
  };
  const about = search.elements.about;
  about.addEventListener("input", () => sift(about.value.trim().toLowerCase()));
  search.addEventListener("submit", (event) => {
    event.preventDefault();
    const found = sift(about.value.trim().toLowerCase());
    if (about.value.trim() && found.length) {
      const radio = found[0].querySelector("input");
      if (found.length === 1) radio.checked = true;
      radio.focus();
      radio.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
  cards.forEach((card) => card.addEventListener("change", () => {
    if (about.value.trim() && !value("title")) field("title").value = about.value.trim();
  }));

  // The same matter, as soon as it is known what it is about and where.
  const place = document.getElementById("similar");
  let asked = "";
  const look = () => {
    if (form.querySelector("#id_same_as.has-error")) return;
    const wanted = new URLSearchParams();
    ["category", "place_kind", "building", "place", "sign"].forEach((name) => value(name) && wanted.set(name, value(name)));
    const query = wanted.toString();
    if (query === asked || !wanted.get("category") || wanted.get("place_kind") === "home") {
      if (wanted.get("place_kind") === "home") { place.replaceChildren(); asked = ""; }
      return;
    }
    asked = query;
    fetch(`${form.dataset.similar}?${query}`, { credentials: "same-origin" })
      .then((answer) => (answer.status === 200 ? answer.text() : ""))
      .then((drawn) => { if (asked === query) place.innerHTML = drawn; })
      .catch(() => { asked = ""; });
  };

  // What was written, on the server.
  const told = document.getElementById("kept");
  let waiting = 0;
  let sent = false;
  let dirty = false;
  const keep = (leaving) => {
    clearTimeout(waiting);
    if (!dirty || sent || form.dataset.kept === "apart") return;
    dirty = false;
    const data = new FormData(form);
    data.delete("photos");
    fetch(form.dataset.keep, {
      method: "POST", body: data, credentials: "same-origin", keepalive: leaving, headers: { "X-Requested-With": "fetch" },
    })
      .then((answer) => {
        if (!answer.ok) throw new Error("refused");
        field("draft").value = "on";
        told.textContent = told.dataset.kept;
      })
      .catch(() => { dirty = true; told.textContent = told.dataset.not; });
  };
  form.addEventListener("input", () => { dirty = true; clearTimeout(waiting); waiting = setTimeout(() => keep(false), 2500); });
  form.addEventListener("change", look);
  form.addEventListener("submit", () => { sent = true; clearTimeout(waiting); });
  window.addEventListener("pageshow", () => { sent = false; });
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && keep(true));
  look();
})();
