// Keys are dragged with mouse, pen or finger: onto another key, also of another page, whose tab is
// turned to when one stays on it. A finger takes a key by its grip, so that it can still scroll.
"use strict";

(() => {
  const SLOP = 6;
  const TURN_AFTER_MS = 450;
  const EDGE = 56;
  let held = null;
  let turning = null;

  const positionOf = (key) => Number(key.id.slice("button-".length));
  const under = (event, selector) =>
    document.elementFromPoint(event.clientX, event.clientY)?.closest(selector);

  function lift() {
    const box = held.key.getBoundingClientRect();
    held.ghost = held.key.cloneNode(true);
    held.ghost.removeAttribute("id");
    held.ghost.removeAttribute("href");
    held.ghost.setAttribute("aria-hidden", "true");
    held.ghost.classList.add("key-ghost");
    held.ghost.style.width = `${box.width}px`;
    document.body.append(held.ghost);
    document.body.classList.add("is-dragging");
    held.key.classList.add("is-lifted");
  }

  function waitToTurn(tab) {
    if (turning?.tab === tab) return;
    clearTimeout(turning?.timer);
    turning = null;
    if (!tab || tab.hasAttribute("aria-current")) return;
    turning = { tab, timer: setTimeout(() => tab.click(), TURN_AFTER_MS) };
  }

  function scroll(event) {
    if (event.clientY < EDGE) scrollBy(0, -12);
    else if (event.clientY > innerHeight - EDGE) scrollBy(0, 12);
  }

  function aim(event) {
    held.ghost.style.transform = `translate(${event.clientX + 8}px, ${event.clientY + 8}px)`;
    const over = under(event, "#picture a.key");
    for (const one of document.querySelectorAll(".is-aimed-at")) {
      if (one !== over) one.classList.remove("is-aimed-at");
    }
    if (over && positionOf(over) !== held.from) over.classList.add("is-aimed-at");
    waitToTurn(under(event, ".key-pages a"));
    scroll(event);
  }

  function letGo() {
    waitToTurn(null);
    held?.ghost?.remove();
    document.body.classList.remove("is-dragging");
    for (const one of document.querySelectorAll(".is-lifted, .is-aimed-at")) {
      one.classList.remove("is-lifted", "is-aimed-at");
    }
    held = null;
  }

  document.addEventListener("pointerdown", (event) => {
    const key = event.target.closest?.("#picture a.key");
    if (!key?.dataset.kind || "rule" in key.dataset || event.button || !event.isPrimary) return;
    if (event.pointerType !== "mouse" && !event.target.closest(".key-grip")) return;
    if (event.target.hasPointerCapture?.(event.pointerId)) {
      event.target.releasePointerCapture(event.pointerId);
    }
    const { clientX: x, clientY: y } = event;
    held = { key, from: positionOf(key), address: key.href, mark: key.dataset.mark, x, y };
  });

  document.addEventListener("pointermove", (event) => {
    if (!held) return;
    if (!held.ghost) {
      if (Math.hypot(event.clientX - held.x, event.clientY - held.y) < SLOP) return;
      lift();
    }
    event.preventDefault();
    aim(event);
  });

  document.addEventListener("pointerup", (event) => {
    if (!held?.ghost) {
      held = null;
      return;
    }
    const { from, address, mark } = held;
    const over = under(event, "#picture a.key");
    letGo();
    addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => removeEventListener("click", swallow, { capture: true }));
    if (!over || positionOf(over) === from) return;
    over.focus();
    const detail = { from, to: positionOf(over), address, mark };
    document.dispatchEvent(new CustomEvent("key:drop", { detail }));
  });

  const swallow = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  document.addEventListener("pointercancel", letGo);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && held?.ghost) letGo();
  });
  document.addEventListener("dragstart", (event) => {
    if (event.target.closest?.("#picture")) event.preventDefault();
  });
})();
