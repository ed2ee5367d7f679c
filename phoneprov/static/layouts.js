// The editor's own keys: what a button says in aria-keyshortcuts presses it, unless one is typing.
(() => {
  const typing = "input, textarea, select, [contenteditable]";

  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    if (event.target.closest?.(typing)) return;
    const redoes = event.shiftKey && event.key.toLowerCase() === "z";
    const key = redoes ? "Y" : event.key.toUpperCase();
    const button = document.querySelector(`[aria-keyshortcuts="Control+${CSS.escape(key)}"]`);
    if (!button) return;
    event.preventDefault();
    button.click();
  });
})();
