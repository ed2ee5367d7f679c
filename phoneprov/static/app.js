// What a page gains by script. Every form and link works without it.
"use strict";

(() => {
  const isTyping = (target) =>
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

  // Confirmation: says what follows, in a dialog of the page; the button's own words confirm.
  const confirmed = new WeakSet();

  function ask(text, action, isDanger, then) {
    const dialog = document.createElement("dialog");
    const say = document.createElement("p");
    const row = document.createElement("div");
    const no = document.createElement("button");
    const yes = document.createElement("button");
    say.textContent = text;
    say.id = "confirm-text";
    dialog.setAttribute("aria-labelledby", say.id);
    row.className = "actions";
    no.className = "button";
    no.textContent = "Cancel";
    yes.className = isDanger ? "button danger" : "button primary";
    yes.textContent = action;
    no.addEventListener("click", () => dialog.close());
    yes.addEventListener("click", () => {
      dialog.close();
      then();
    });
    dialog.addEventListener("close", () => dialog.remove());
    row.append(no, yes);
    dialog.append(say, row);
    document.body.append(dialog);
    dialog.showModal();
    no.focus();
  }

  document.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest?.("[data-confirm]");
      if (!button || button.disabled || confirmed.has(button)) {
        if (button) confirmed.delete(button);
        return;
      }
      event.preventDefault();
      event.stopImmediatePropagation();
      const isDanger = button.classList.contains("danger");
      ask(button.dataset.confirm, button.textContent.trim(), isDanger, () => {
        confirmed.add(button);
        button.click();
      });
    },
    true,
  );

  // A form is sent once, however often its button is pressed.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  // Keys: / search, g and a letter goes to a place, ? the list.
  let waitsForPlace = false;

  function press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    if (waitsForPlace) {
      waitsForPlace = false;
      const place = document.querySelector(`[data-keys="g ${CSS.escape(event.key)}"]`);
      if (place) {
        event.preventDefault();
        place.click();
      }
      return;
    }
    if (event.key === "g") {
      waitsForPlace = true;
      setTimeout(() => (waitsForPlace = false), 1200);
    } else if (event.key === "/") {
      const field = document.getElementById("bar-search-field");
      if (!field) return;
      event.preventDefault();
      field.focus();
      field.select();
    } else if (event.key === "?") {
      showKeys(event);
    }
  }

  function showKeys(event) {
    const dialog = document.getElementById("keys-dialog");
    if (!dialog) return;
    event.preventDefault();
    dialog.showModal();
  }

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  document.addEventListener("keydown", press);
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-shows-keys]")) showKeys(event);
    if (event.target.closest?.("[data-closes-dialog]")) event.target.closest("dialog").close();
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest?.("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // A long menu is narrowed by what is typed above it; Enter takes the first that is left.
  document.addEventListener("input", (event) => {
    const id = event.target.dataset?.narrows;
    if (!id) return;
    const words = event.target.value.trim().toLowerCase();
    for (const item of document.getElementById(id).children) {
      item.hidden = !item.textContent.toLowerCase().includes(words);
    }
  });
  document.addEventListener("keydown", (event) => {
    const id = event.key === "Enter" && event.target.dataset?.narrows;
    if (!id) return;
    event.preventDefault();
    document.querySelector(`#${CSS.escape(id)} > :not([hidden]) a`)?.click();
  });
  document.addEventListener(
    "toggle",
    (event) => event.target.open && event.target.querySelector?.("[data-narrows]")?.focus(),
    true,
  );

  // Live pages: what was ticked stays ticked, what changed is marked for two seconds.
  let ticked = new Set();
  let before = new Map();

  document.addEventListener("htmx:beforeSwap", (event) => {
    const target = event.detail.target;
    ticked = new Set();
    before = new Map();
    for (const box of target.querySelectorAll("input[type=checkbox][value]:checked")) {
      ticked.add(`${box.name}=${box.value}`);
    }
    for (const cell of target.querySelectorAll("[data-live][id]")) {
      before.set(cell.id, cell.dataset.live);
    }
    if (target.matches("[data-live][id]")) before.set(target.id, target.dataset.live);
  });
  document.addEventListener("htmx:afterSettle", () => {
    for (const box of document.querySelectorAll("input[type=checkbox][value]")) {
      if (ticked.has(`${box.name}=${box.value}`)) box.checked = true;
    }
    for (const [id, value] of before) {
      const cell = document.getElementById(id);
      if (!cell || cell.dataset.live === value) continue;
      cell.classList.remove("just-changed");
      void cell.offsetWidth;
      cell.classList.add("just-changed");
    }
    before = new Map();
  });

  // When a request fails, the page says so where it is seen and heard.
  const trouble = () => document.getElementById("trouble");
  const say = (text) => {
    const line = trouble();
    if (!line) return;
    line.textContent = text;
    line.hidden = !text;
  };
  document.addEventListener("htmx:sendError", () =>
    say("The server can't be reached just now; what you see may be old."),
  );
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if (status === 404) say("This is no longer there. Reload the page.");
    else say(`The server could not do that (${status}). Nothing was changed; reload the page.`);
  });
  // Comes after every answer, also after one that says what is wrong.
  document.addEventListener("htmx:afterOnLoad", (event) => {
    const status = event.detail.xhr.status;
    if (status < 400 || status === 422) say("");
  });
})();
