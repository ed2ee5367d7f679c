// The editor of a layout by keyboard: where the focus is, and what the keys do. One tab stop for the
// whole picture; arrows go as the keys lie in it. Links and forms do the same without script.
"use strict";

(() => {
  const typing = "input, textarea, select, [contenteditable]";
  const narrow = matchMedia("(max-width: 760px)");
  const byId = (id) => document.getElementById(id);
  const list = (selector) => [...document.querySelectorAll(selector)];
  const keys = () => list("#picture a.key");
  const keyAt = (position) => byId(`button-${position}`);
  const positionOf = (key) => Number(key.id.slice("button-".length));
  const panel = () => byId("key-form");
  const openPosition = () => Number(panel()?.dataset.position ?? 0);
  const say = (text) => (byId("live").textContent = text);

  // Roving focus: the key that was last in focus is the one that Tab comes to.
  let current = 0;

  function rove() {
    const all = keys();
    const stop = all.find((key) => positionOf(key) === current) ?? all[0];
    for (const key of all) {
      key.tabIndex = key === stop ? 0 : -1;
      if (positionOf(key) === openPosition()) key.setAttribute("aria-current", "true");
      else key.removeAttribute("aria-current");
    }
    return stop;
  }

  const DIRECTIONS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

  function neighbour(key, arrow) {
    const [x, y] = DIRECTIONS[arrow];
    const from = key.getBoundingClientRect();
    let [nearest, least] = [null, Infinity];
    for (const one of keys()) {
      const to = one.getBoundingClientRect();
      const right = to.x + to.width / 2 - from.x - from.width / 2;
      const down = to.y + to.height / 2 - from.y - from.height / 2;
      const along = right * x + down * y;
      const across = Math.abs(right * y) + Math.abs(down * x);
      const isBeside = x !== 0 || (to.left < from.right && to.right > from.left);
      if (along < 4 || !isBeside || along + 3 * across >= least) continue;
      [nearest, least] = [one, along + 3 * across];
    }
    return nearest;
  }

  function turn(step) {
    const tabs = list(".key-pages a");
    const now = tabs.findIndex((tab) => tab.hasAttribute("aria-current"));
    const tab = tabs[now + step];
    if (!tab) return;
    const index = keys().findIndex((key) => positionOf(key) === current);
    document.addEventListener(
      "htmx:afterSettle",
      () => (keys()[index] ?? keys().at(-1))?.focus(),
      { once: true },
    );
    tab.click();
  }

  // One change after the other: each is one request with the mark of what the person saw.
  let last = Promise.resolve();

  function send(address, read) {
    const ask = () => {
      const values = read();
      const context = { source: "#picture", target: "#key-form", swap: "outerHTML", values };
      return values && htmx.ajax("POST", address, context);
    };
    last = last.then(ask).catch(() => {});
    return last;
  }
  const markOf = (position, otherwise) => keyAt(position)?.dataset.mark ?? otherwise;

  // Where what is being moved will be when the requests on their way are answered.
  let carriedTo = 0;

  function move(from, to, address, mark) {
    carriedTo = to;
    const sent = send(`${address}/move`, () => {
      if (keyAt(from)?.dataset.kind === "" || isByRule(keyAt(from))) return null;
      const there = markOf(to);
      const values = { to, seen: markOf(from, mark) };
      return there === undefined ? values : { ...values, seen_there: there };
    });
    sent.then(() => sent === last && (carriedTo = 0));
  }

  // What a rule put there can be copied, but only the rule can take it away.
  const isByRule = (key) => key !== null && "rule" in key.dataset;

  function clear(key) {
    const position = positionOf(key);
    if (isByRule(key)) return say("A rule fills this key. Save it by hand first, or change the rule.");
    if (key.dataset.kind) send(`${key.href}/clear`, () => ({ seen: markOf(position) }));
  }

  const place = () => `copied key ${location.pathname.split("/")[2]}`;
  const copied = () => JSON.parse(sessionStorage.getItem(place()) ?? "null");

  function copy(key) {
    if (!key?.dataset.kind) return say("There is nothing on this key to copy.");
    const { kind, value, label, spoken } = key.dataset;
    sessionStorage.setItem(place(), JSON.stringify({ kind, value, label, spoken }));
    say(`Copied: ${spoken}.`);
    offerPaste();
  }

  function paste(position, address) {
    const button = copied();
    if (!button) return say("Nothing is copied yet.");
    const { kind, value, label } = button;
    send(address, () => ({ kind, value, label, seen: markOf(position) ?? "" }));
  }

  function offerPaste() {
    const button = copied();
    const note = byId("copied");
    if (note) {
      note.hidden = !button;
      note.textContent = button ? `Copied: ${button.spoken}. Paste puts it on another key.` : "";
    }
    for (const one of list("[data-copies-key]")) one.hidden = false;
    for (const one of list("[data-pastes-key]")) {
      one.hidden = !button;
      one.textContent = button ? `Paste ${button.spoken}` : "Paste";
    }
  }

  // The form: beside the picture, or below its key where there is no room beside.
  function closeForm() {
    const position = openPosition();
    const form = panel()?.querySelector("form");
    if (!form) return;
    htmx.trigger(form, "htmx:abort");
    const empty = document.createElement("section");
    empty.id = "key-form";
    empty.className = "card key-form";
    empty.append(byId("no-key").content.cloneNode(true));
    panel().remove();
    document.querySelector(".editor").append(empty);
    settle();
    (keyAt(position) ?? rove())?.focus();
  }

  function putForm() {
    const key = keyAt(openPosition() || panel().dataset.focus || panel().dataset.below);
    const home = narrow.matches && key ? key.parentElement : document.querySelector(".editor");
    if (panel().parentElement === home) return;
    const focused = panel().contains(document.activeElement) ? document.activeElement : null;
    home.append(panel());
    focused?.focus();
    if (narrow.matches && key && openPosition()) key.scrollIntoView({ block: "start" });
  }

  // Where the focus goes when what had it was swapped: to the key that was worked on.
  function settle() {
    if (!panel() || !byId("picture")) return;
    putForm();
    const stop = rove();
    offerPaste();
    for (const field of list("#kind, #value, #label")) {
      const isWrong = Boolean(document.querySelector(`#${field.id}-note .error`));
      field.setAttribute("aria-invalid", String(isWrong));
      field.closest(".field").classList.toggle("has-error", isWrong);
    }
    const next = panel().dataset.focus;
    if (next !== undefined) panel().dataset.below = next;
    delete panel().dataset.focus;
    const isLost = document.activeElement === document.body;
    if (isLost && next !== undefined) (keyAt(next) ?? stop)?.focus({ preventScroll: !next });
  }

  document.addEventListener("focusin", (event) => {
    if (!event.target.matches?.("#picture a.key")) return;
    current = positionOf(event.target);
    rove();
  });

  // What a key does while another's form is filled in leaves that form alone.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr } = event.detail;
    if (target.id === "picture") document.querySelector(".editor").append(panel());
    if (target.id !== "key-form") return;
    const changed = /data-changed="([\d ]*)"/.exec(xhr.responseText)?.[1].split(" ").map(Number);
    const sender = event.detail.requestConfig?.elt;
    if (changed && sender?.id === "picture" && openPosition() && !changed.includes(openPosition())) {
      event.detail.swapOverride = "none";
      return;
    }
    for (const form of target.querySelectorAll("form")) {
      if (!sender || !form.contains(sender)) htmx.trigger(form, "htmx:abort");
    }
  });
  document.addEventListener("htmx:afterSettle", settle);

  // What was typed while the fields of another type were on their way stays.
  let typed = [];
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, requestConfig } = event.detail;
    const was = target.id === "key-fields" ? requestConfig.parameters : null;
    const fields = was ? [...target.querySelectorAll("input, textarea")] : [];
    typed = fields.filter(({ name, value }) => ![undefined, value].includes(was[name]));
  });
  document.addEventListener("htmx:afterSettle", () => {
    const late = typed;
    typed = [];
    for (const { id, value } of late) {
      const field = byId(id);
      if (!field) continue;
      field.value = value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });
  narrow.addEventListener("change", settle);

  // What is wrong with what is being typed is heard once, when it changes.
  let heard = "";
  document.addEventListener("htmx:oobAfterSwap", (event) => {
    if (!event.detail.target.id.endsWith("-note")) return;
    const wrong = list("#kind-note .error, #value-note .error, #value-note .says, #label-note .error");
    const text = wrong.map((one) => one.textContent).join(" ");
    if (text && text !== heard) say(text);
    heard = text;
  });

  // Every change says which page is in view, and which form of the layout it is of.
  document.addEventListener("htmx:configRequest", (event) => {
    const counts = byId("layout-counts");
    const isNews = event.detail.elt.id === "layout-news";
    if (!counts || (event.detail.verb !== "post" && !isNews)) return;
    event.detail.parameters.page = byId("picture").dataset.page;
    event.detail.parameters.revision = counts.dataset.revision;
    event.detail.parameters.step = counts.dataset.step;
  });
  const look = () => !document.hidden && byId("layout-news") && htmx.trigger("#layout-news", "look");
  document.addEventListener("visibilitychange", look);

  function pressOnKey(event, key) {
    const position = positionOf(key);
    const name = event.key;
    if (name in DIRECTIONS) {
      const to = neighbour(key, name);
      const isCarrying = event.altKey && (key.dataset.kind || position === carriedTo);
      if (event.altKey && isByRule(key)) {
        say("A rule fills this key; it can’t be moved.");
        return true;
      }
      if (event.altKey && !isCarrying) say("There is nothing on this key to move.");
      else if (to && isCarrying) move(position, positionOf(to), key.href);
      if (!event.altKey || isCarrying) to?.focus();
    } else if (name === "Home") keys()[0].focus();
    else if (name === "End") keys().at(-1).focus();
    else if (name === "PageUp") turn(-1);
    else if (name === "PageDown") turn(1);
    else if (name === " ") key.click();
    else if (name === "Delete" || name === "Backspace") clear(key);
    else return false;
    return true;
  }

  function pressWithControl(event, key) {
    const name = event.shiftKey && event.key.toLowerCase() === "z" ? "y" : event.key.toLowerCase();
    if (name === "z" || name === "y") {
      const form = byId(name === "z" ? "undo-step" : "redo-step")?.form;
      if (!form) return false;
      const values = () => ({ seen: byId("layout-counts").dataset.step });
      send(form.action, values);
    } else if (key && name === "c") copy(key);
    else if (key && name === "v") paste(positionOf(key), key.href);
    else return false;
    return true;
  }

  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]") || event.isComposing) return;
    if (event.key === "Escape" && event.target.closest?.("#key-form, #picture")) closeForm();
    if (event.target.closest?.(typing)) return;
    const key = event.target.closest?.("#picture a.key");
    const withControl = (event.ctrlKey || event.metaKey) && !event.altKey;
    const isDone = withControl
      ? pressWithControl(event, key)
      : key && (!event.altKey || event.key in DIRECTIONS) && pressOnKey(event, key);
    if (isDone) event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    const key = event.target.closest?.("#picture a.key");
    if (key && !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.button) {
      // A key that was swapped a moment ago is not yet known to htmx.
      event.preventDefault();
      htmx.ajax("GET", key.href, { target: "#key-form", swap: "outerHTML" });
    } else if (event.target.closest?.("[data-closes-form]")) {
      event.preventDefault();
      closeForm();
    } else if (event.target.closest?.("[data-copies-key]")) copy(keyAt(openPosition()));
    else if (event.target.closest?.("[data-pastes-key]")) {
      const form = panel().querySelector("form");
      paste(openPosition(), form.action);
    }
  });

  document.addEventListener("key:drop", (event) => {
    const { from, to, address, mark } = event.detail;
    current = to;
    move(from, to, address, mark);
  });

  settle();
})();
