// Keys over the rows of the phones' list: j and k (or the arrows) go from row to row, x ticks,
// Shift+x ticks all from the last tick on, . opens the row's menu; Enter opens the phone as any
// link. Where the focus is, is all there is to remember, so a live change loses nothing.
"use strict";

(() => {
  const isTyping = (target) =>
    target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
  const isTick = (target) => target.matches?.("input[type=checkbox]");
  const rows = () => [...document.querySelectorAll("#phone-rows .phone-row")];
  const rowOf = (target) => target.closest?.("#phone-rows .phone-row");

  function go(row) {
    const link = row?.querySelector(".cell-name a");
    if (!link) return;
    link.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  function step(target, by) {
    const all = rows();
    const at = all.indexOf(rowOf(target));
    const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by;
    go(all[Math.max(0, Math.min(next, all.length - 1))]);
  }

  function tick(row, event) {
    const box = row.querySelector(".cell-pick input");
    if (!box) return;
    box.dispatchEvent(
      new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey: event.shiftKey }),
    );
  }

  const ACTIONS = {
    j: (event) => step(event.target, 1),
    k: (event) => step(event.target, -1),
    ArrowDown: (event) => rowOf(event.target) && step(event.target, 1),
    ArrowUp: (event) => rowOf(event.target) && step(event.target, -1),
    x: (event) => rowOf(event.target) && tick(rowOf(event.target), event),
    X: (event) => rowOf(event.target) && tick(rowOf(event.target), event),
    ".": (event) => rowOf(event.target)?.querySelector(".menu-button")?.click(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector("dialog[open], .row-menu:popover-open")) return;
    if (isTyping(event.target) && !isTick(event.target)) return;
    const isArrow = event.key.startsWith("Arrow");
    const action = ACTIONS[event.key];
    if (!action || (isArrow && !rowOf(event.target))) return;
    event.preventDefault();
    action(event);
  });
})();
