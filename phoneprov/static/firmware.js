// Sends a firmware file in pieces, each at its place, so that a broken connection costs one piece.
"use strict";

(() => {
  const form = document.getElementById("firmware-upload");
  if (!form) return;
  const bar = document.getElementById("upload-bar");
  const text = document.getElementById("upload-text");
  const start = document.getElementById("upload-start");
  const pause = document.getElementById("upload-pause");
  const waits = [1, 2, 4, 8, 15, 30];
  let isPaused = false;
  let isSending = false;
  let wake = null;

  const wait = (seconds) =>
    new Promise((done) => {
      wake = done;
      setTimeout(done, seconds * 1000);
    });
  const megabytes = (bytes) => (bytes / 1e6).toFixed(1);

  function say(words) {
    text.textContent = words;
  }

  function show(sent, size, began) {
    bar.value = Math.floor((sent * 100) / size);
    const seconds = (performance.now() - began.at) / 1000;
    const speed = seconds > 1 ? (sent - began.sent) / seconds : 0;
    const left = speed > 0 ? Math.ceil((size - sent) / speed) : 0;
    const rest = left > 90 ? `${Math.ceil(left / 60)} min left` : left ? `${left} s left` : "";
    say(`${bar.value} %: ${megabytes(sent)} of ${megabytes(size)} MB${rest ? `, ${rest}` : ""}`);
  }

  function refuse(field, message) {
    const note = document.getElementById(`${field}-note`) ?? document.getElementById("file-note");
    const error = Object.assign(document.createElement("span"), {
      className: "error",
      textContent: message,
    });
    note.querySelectorAll(".error").forEach((one) => one.remove());
    note.prepend(error);
    note.closest(".field").classList.add("has-error");
    const input = document.getElementById(field === "sha256" ? "sha256" : "file");
    input.setAttribute("aria-invalid", "true");
    input.focus();
  }

  function clearErrors() {
    form.querySelectorAll(".note .error").forEach((one) => one.remove());
    form.querySelectorAll(".has-error").forEach((one) => one.classList.remove("has-error"));
    form.querySelectorAll("[aria-invalid]").forEach((one) => one.removeAttribute("aria-invalid"));
  }

  async function post(address, body, type) {
    const headers = { "X-CSRFToken": form.elements.csrf_token.value };
    if (type) headers["Content-Type"] = type;
    const response = await fetch(address, { method: "POST", body, headers });
    const isJson = (response.headers.get("Content-Type") ?? "").startsWith("application/json");
    return { status: response.status, answer: isJson ? await response.json() : {} };
  }

  // Asks until there is an answer that asking again can't change.
  async function persist(address, body, type) {
    for (let tries = 0; ; tries += 1) {
      try {
        const got = await post(address, body, type);
        if (got.status < 500 && got.status !== 429) return got;
      } catch {
        // no connection: the next try tells
      }
      const seconds = waits[Math.min(tries, waits.length - 1)];
      say(`The connection is broken; trying again in ${seconds} s. Nothing that was sent is lost.`);
      await wait(seconds);
    }
  }

  async function sendPieces(file, place) {
    const began = { at: performance.now(), sent: place.received };
    let sent = place.received;
    show(sent, file.size, began);
    while (sent < file.size) {
      while (isPaused) await wait(3600);
      const piece = file.slice(sent, sent + place.piece_bytes);
      const address = `${place.piece_address}?offset=${sent}`;
      const { status, answer } = await persist(address, piece, "application/octet-stream");
      if (status === 409 && answer.received === undefined) await wait(2);
      else if (answer.received === undefined) return { status, answer };
      else sent = answer.received;
      show(sent, file.size, began);
    }
    return null;
  }

  async function upload(file) {
    const announced = new FormData();
    announced.set("name", file.name);
    announced.set("size", file.size);
    announced.set("mark", file.lastModified);
    const begun = await persist(form.dataset.begin, announced);
    if (begun.status !== 200) return begun;
    const refused = await sendPieces(file, begun.answer);
    if (refused) return refused;
    say("All of it is here; the file is being checked.");
    const last = new FormData();
    last.set("sha256", form.elements.sha256.value);
    return persist(begun.answer.finish_address, last);
  }

  function setSending(sending) {
    isSending = sending;
    document.getElementById("upload-progress").hidden = false;
    start.disabled = sending;
    pause.hidden = !sending;
    form.elements.file.disabled = sending;
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const file = form.elements.file.files[0];
    if (!file || isSending) return;
    clearErrors();
    setSending(true);
    const { status, answer } = await upload(file);
    setSending(false);
    if (answer.location) {
      window.location.assign(answer.location);
      return;
    }
    document.getElementById("upload-progress").hidden = true;
    const lost = status === 404 ? "The upload was given up elsewhere; send it again." : "";
    refuse(answer.field ?? "file", answer.message ?? (lost || `Refused with status ${status}; reload the page.`));
  });

  pause.addEventListener("click", () => {
    isPaused = !isPaused;
    pause.textContent = isPaused ? "Go on" : "Pause";
    if (isPaused) say("Paused. What was sent stays; the same file goes on from there, also later.");
    else wake?.();
  });

  window.addEventListener("beforeunload", (event) => {
    if (isSending && !isPaused) event.preventDefault();
  });
})();
