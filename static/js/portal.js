// Every page works without this file: the care mode switch that keeps what is being typed, reading aloud, words that
// are kept ready, and closing the walk book of a phone before somebody signs out.
(() => {
  "use strict";
  const root = document.documentElement;

  document.querySelectorAll("form[data-care]").forEach((form) => {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const wish = form.elements.care;
      const data = new FormData(form);
      data.set("care", wish.value);
      fetch(form.action, { method: "POST", body: data, redirect: "manual", credentials: "same-origin" })
        .then((answer) => {
          if (answer.type !== "opaqueredirect" && !answer.ok) throw new Error("refused");
          const on = root.classList.toggle("care");
          wish.value = on ? "0" : "1";
        })
        .catch(() => location.reload());
    });
  });

  const hasBook = () => {
    try { return localStorage.getItem("walk-book") !== null; } catch { return false; }
  };
  document.querySelectorAll("form[data-sign-out]").forEach((form) => {
    form.addEventListener("submit", (event) => {
      if (!hasBook()) return;
      event.preventDefault();
      import(form.dataset.signOut)
        .then((book) => book.signOut(form.dataset.unsent), () => true)
        .then((goes) => goes && form.submit(), () => form.submit());
    });
  });

  document.querySelectorAll("button[data-fill]").forEach((button) => {
    button.addEventListener("click", (event) => {
      const [chosen] = button.form.elements.ready.selectedOptions;
      const into = document.getElementById(button.dataset.fill);
      if (!into || !chosen || !chosen.dataset.words) return;
      event.preventDefault();
      const typed = into.value.trimEnd();
      const words = chosen.dataset.words;
      if (!typed.includes(words)) into.value = typed ? `${typed}\n${words}` : words;
      into.focus();
    });
  });

  const speech = window.speechSynthesis;
  if (!speech || !window.SpeechSynthesisUtterance) return;
  document.querySelectorAll("button[data-read-aloud]").forEach((button) => {
    button.hidden = false;
    const rest = () => button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => {
      const reading = speech.speaking;
      speech.cancel();
      if (reading) return rest();
      const source = document.querySelector(button.dataset.readAloud);
      const words = (source.innerText || "").split(/\n+/).filter((line) => line.trim());
      words.forEach((line, index) => {
        const piece = new SpeechSynthesisUtterance(line);
        piece.lang = root.lang;
        piece.rate = 0.9;
        if (index === words.length - 1) piece.onend = rest;
        speech.speak(piece);
      });
      button.setAttribute("aria-pressed", "true");
    });
  });
  window.addEventListener("pagehide", () => speech.cancel());

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });
})();
