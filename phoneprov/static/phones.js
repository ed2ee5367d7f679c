// The phones' pages: what changes by itself changes in place, and nothing that a person has
// ticked, opened, focused or selected is lost by it. Everything works without this, too.
"use strict";

(() => {
  const POLL = "[data-poll]";

  // Nobody looks: nobody asks. A page that is looked at again asks at once.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden && event.target.matches(POLL)) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) document.body.dispatchEvent(new CustomEvent("phones-changed"));
  });

  // An answer to a question that is no longer on the page would mix two lists.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const asker = event.detail.requestConfig?.elt;
    if (asker?.matches(POLL) && !document.contains(asker)) event.detail.shouldSwap = false;
  });

  // Of two questions for the list only the later one is answered: sorted while a filter was typed.
  let lastAsked = null;

  document.addEventListener("htmx:beforeSend", (event) => {
    if (event.detail.target?.id === "phone-list") lastAsked = event.detail.xhr;
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const isList = event.detail.target?.id === "phone-list";
    const isLatest = event.detail.xhr === lastAsked;
    if (isList && lastAsked && !isLatest && !event.target.matches(POLL)) event.detail.shouldSwap = false;
  });

  // What was polled is gone: the poll ends.
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status === 404 && event.target.matches(POLL)) event.target.remove();
  });

  // Keeps what a person did to a fragment that is about to be replaced.
  let kept = null;

  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const target = event.detail.target;
    if (!(target instanceof Element)) return;
    const focused = document.activeElement;
    kept = {
      ticked: [...target.querySelectorAll("input[data-keep]:checked")].map((box) => box.id),
      opened: [...target.querySelectorAll("details[id]")].map((one) => [one.id, one.open]),
      popped: [...target.querySelectorAll(":popover-open")].map((one) => one.id),
      scrolled: [...target.querySelectorAll("[id] pre, [id] .table-scroll")].map((one) => [
        one.closest("[id]").id,
        one.scrollTop,
        one.scrollLeft,
      ]),
      focused: target.contains(focused) ? focused.id : "",
    };
  });
  document.addEventListener("htmx:oobAfterSwap", () => {
    if (!kept) return;
    for (const id of kept.ticked) set(id, (box) => (box.checked = true));
    for (const [id, open] of kept.opened) set(id, (one) => (one.open = open));
    for (const id of kept.popped) set(id, popAgain);
    for (const [id, top, left] of kept.scrolled) set(id, (one) => scrollAgain(one, top, left));
    if (kept.focused) set(kept.focused, (one) => one.focus({ preventScroll: true }));
    kept = null;
  });

  function set(id, change) {
    const element = document.getElementById(id);
    if (element) change(element);
  }

  function scrollAgain(element, top, left) {
    const box = element.matches("pre, .table-scroll")
      ? element
      : element.querySelector("pre, .table-scroll");
    if (box) Object.assign(box, { scrollTop: top, scrollLeft: left });
  }

  // Menus float above everything, beside their button. Only one is open, so one rule places it;
  // a style attribute would be copied by HTMX from the old row to the new one, which the
  // Content-Security-Policy refuses.
  const placing = new CSSStyleSheet();
  document.adoptedStyleSheets.push(placing);

  function place(menu) {
    const button = document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`);
    if (!button) return;
    const at = button.getBoundingClientRect();
    const size = menu.getBoundingClientRect();
    const below = at.bottom + 4 + size.height <= innerHeight;
    const top = below ? at.bottom + 4 : Math.max(8, at.top - 4 - size.height);
    const left = Math.max(8, Math.min(at.right, innerWidth - 8) - size.width);
    placing.replaceSync(
      `.row-menu { position: fixed; inset: auto; margin: 0; top: ${top}px; left: ${left}px; }`,
    );
  }

  function popAgain(menu) {
    menu.showPopover();
    place(menu);
  }

  document.addEventListener(
    "toggle",
    (event) => {
      const menu = event.target;
      if (!menu.matches?.(".row-menu") || event.newState !== "open") return;
      place(menu);
      if (!menu.contains(document.activeElement)) menu.querySelector(".menu-item")?.focus();
    },
    true,
  );
  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest?.(".row-menu");
    if (!menu || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
    event.preventDefault();
    const items = [...menu.querySelectorAll(".menu-item")];
    const step = event.key === "ArrowDown" ? 1 : -1;
    const next = items.indexOf(document.activeElement) + step;
    items[(next + items.length) % items.length].focus();
  });
  document.addEventListener("submit", (event) => {
    if (event.target.closest(".row-menu")) closeMenus();
  });
  const follow = () => document.querySelectorAll(".row-menu:popover-open").forEach(place);
  addEventListener("scroll", follow, { passive: true, capture: true });
  addEventListener("resize", follow);

  function closeMenus() {
    for (const menu of document.querySelectorAll(".row-menu:popover-open")) menu.hidePopover();
  }

  // A question is open exactly as long as there is one in its place.
  let asker = null;

  document.addEventListener("htmx:afterSwap", (event) => {
    const dialog = event.detail.target;
    if (dialog.id !== "confirm" || !dialog.childElementCount) return;
    asker = document.activeElement;
    const button = asker?.closest?.(".row-menu");
    if (button) asker = document.querySelector(`[popovertarget="${CSS.escape(button.id)}"]`);
    closeMenus();
    if (!dialog.open) dialog.showModal();
    dialog.querySelector("[data-closes-question]")?.focus();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-closes-question]");
    if (!link) return;
    event.preventDefault();
    link.closest("dialog").close();
  });
  document.addEventListener(
    "close",
    (event) => {
      if (event.target.id !== "confirm") return;
      event.target.replaceChildren();
      if (asker && document.contains(asker)) asker.focus();
    },
    true,
  );

  // What was done is read out as well.
  document.addEventListener("htmx:afterSwap", () => {
    const said = document.getElementById("page-message")?.textContent.trim() ?? "";
    const live = document.getElementById("live");
    if (live && said && live.textContent !== said) live.textContent = said;
  });

  // Ticks: all of the page, and a range with Shift.
  let lastBox = null;

  const boxes = () => [...document.querySelectorAll("#phone-rows input[data-keep]")];
  const showAll = () => {
    const all = document.getElementById("pick-all");
    if (!all) return;
    const states = boxes().map((box) => box.checked);
    all.hidden = false;
    all.checked = states.length > 0 && states.every(Boolean);
    all.indeterminate = !all.checked && states.some(Boolean);
  };
  document.addEventListener("click", (event) => {
    const box = event.target;
    if (box.id === "pick-all") for (const one of boxes()) one.checked = box.checked;
    else if (box.matches?.("#phone-rows input[data-keep]")) {
      const all = boxes();
      const [from, to] = [all.indexOf(lastBox), all.indexOf(box)].sort((a, b) => a - b);
      if (event.shiftKey && from >= 0) {
        for (const one of all.slice(from, to + 1)) one.checked = box.checked;
      }
      lastBox = box;
    } else return;
    showAll();
  });
  document.addEventListener("htmx:afterSettle", showAll);
  showAll();

  // A row opens its phone.
  document.addEventListener("click", (event) => {
    const row = event.target.closest?.(".phone-row");
    const isOwn = event.target.closest?.("a, button, input, label, [popover]");
    if (!row || isOwn || event.button || getSelection().toString()) return;
    const link = row.querySelector(".cell-name a");
    if (event.ctrlKey || event.metaKey) open(link.href, "_blank", "noopener");
    else link.click();
  });

  // “2 min ago” goes on counting while nothing else changes.
  const RELATIVE = /^(just now|\d+ (s|min|h) ago|in \d+ (s|min|h))$/;

  function since(moment) {
    const seconds = Math.round((Date.now() - moment) / 1000);
    const span = Math.abs(seconds);
    if (span <= 3) return "just now";
    const units = [
      [60, 1, "s"],
      [3600, 60, "min"],
      [86400, 3600, "h"],
    ];
    const unit = units.find(([limit]) => span < limit);
    if (!unit) return null;
    const length = `${Math.floor(span / unit[1])} ${unit[2]}`;
    return seconds > 0 ? `${length} ago` : `in ${length}`;
  }
  setInterval(() => {
    if (document.hidden) return;
    for (const one of document.querySelectorAll("main time")) {
      if (!RELATIVE.test(one.textContent)) continue;
      const text = since(Date.parse(one.dateTime));
      if (text && one.textContent !== text) one.textContent = text;
    }
  }, 5000);
})();
