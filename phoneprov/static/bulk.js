// Ticks of the phones' list: they survive pages and filters in this tab, and are counted.
"use strict";

(() => {
  const form = () => document.getElementById("bulk-form");
  const boxes = () => document.querySelectorAll("#phone-rows input[name=phone]");
  const place = () => `ticked:${form()?.dataset.tenant ?? ""}`;
  const read = () => new Set(JSON.parse(sessionStorage.getItem(place()) ?? "[]"));
  const write = (ids) => sessionStorage.setItem(place(), JSON.stringify([...ids]));

  function show() {
    const button = document.getElementById("bulk-ticked");
    if (!button) return;
    const count = read().size;
    const phones = `${count} ticked phone${count === 1 ? "" : "s"}`;
    button.textContent = count ? `With ${phones}…` : "With the ticked phones…";
    button.classList.toggle("is-chosen", count > 0);
    const away = document.getElementById("bulk-export");
    away.textContent = `Export ${phones} as CSV`;
    away.hidden = !count;
    document.getElementById("bulk-none").hidden = !count;
  }

  function collect() {
    const ids = read();
    for (const box of boxes()) {
      if (box.checked) ids.add(box.value);
      else ids.delete(box.value);
    }
    write(ids);
    show();
  }

  function restore() {
    const ids = read();
    for (const box of boxes()) box.checked = ids.has(box.value);
    show();
  }

  document.addEventListener("click", (event) => {
    if (event.target.id === "bulk-none") {
      write(new Set());
      restore();
    } else if (event.target.matches?.("#pick-all, #phone-rows input[name=phone]")) {
      setTimeout(collect);
    }
  });
  document.addEventListener("submit", (event) => {
    if (event.target !== form()) return;
    for (const old of form().querySelectorAll("[data-ticked]")) old.remove();
    const here = new Set([...boxes()].map((box) => box.value));
    for (const id of read()) {
      if (here.has(id)) continue;
      const field = Object.assign(document.createElement("input"), {
        type: "hidden",
        name: "phone",
        value: id,
      });
      field.dataset.ticked = "";
      form().append(field);
    }
    // A file is no other page: the form can be sent again.
    if (event.submitter?.id === "bulk-export") setTimeout(() => delete form()?.dataset.sent);
  });
  // What was ticked is done with as soon as it was done, and not before: one may come back.
  document.addEventListener("submit", (event) => {
    const tenant = event.target.dataset.clearsTicks;
    if (tenant && event.submitter?.name === "start") sessionStorage.removeItem(`ticked:${tenant}`);
  });
  document.addEventListener("htmx:afterSettle", restore);
  addEventListener("pageshow", restore);
  restore();
})();
