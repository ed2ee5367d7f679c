// MAC addresses from stickers: with the camera where the browser can read codes, and with a scanner
// that types. Without either the field is an ordinary field.
"use strict";

(() => {
  const MAC = /(?:^|[^0-9a-z])((?:[0-9a-f]{2}[:. -]?){5}[0-9a-f]{2})(?![0-9a-z])/gi;
  const FORMATS = ["qr_code", "data_matrix", "code_128", "code_39", "code_93", "itf", "codabar"];
  const PAUSE_MS = 150;
  const HEAD = ["mac", "model"];

  // A scanner ends what it types with Enter: on to the next field, not off with half a form.
  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.key !== "Enter" || !field.matches?.("[data-moves-on]")) return;
    event.preventDefault();
    moveOn(field);
  });

  function moveOn(field) {
    field.dispatchEvent(new Event("change", { bubbles: true }));
    const fields = [...field.form.elements].filter(
      (one) => one.matches("input:not([type=hidden]), select, textarea") && one.checkVisibility(),
    );
    fields[fields.indexOf(field) + 1]?.focus();
  }

  const dialog = document.getElementById("scan-dialog");
  const openers = document.querySelectorAll("[data-scan]");
  const canScan = "BarcodeDetector" in window && navigator.mediaDevices?.getUserMedia;
  if (!dialog || !canScan) return;

  const video = document.getElementById("scan-video");
  const said = document.getElementById("scan-said");
  const list = document.getElementById("scan-list");
  const take = document.getElementById("scan-take");
  const model = document.getElementById("scan-model");
  const ouis = new Set(dialog.dataset.ouis.split(" "));

  let target = null;
  let stream = null;
  let found = new Map();
  let twice = 0;
  let lastText = "";

  // Only MAC addresses of a known vendor count: serial numbers may look the same.
  function findMac(text) {
    const macs = [...text.matchAll(MAC)].map((one) => one[1].replace(/[^0-9a-f]/gi, "").toLowerCase());
    return macs.find((mac) => ouis.has(mac.slice(0, 6)));
  }

  const pretty = (mac) => mac.match(/../g).join(":");
  const phones = (count) => `${count} phone${count === 1 ? "" : "s"}`;

  function say(text) {
    if (said.textContent !== text) said.textContent = text;
  }

  async function start(opener) {
    target = document.getElementById(opener.dataset.scan);
    [found, twice, lastText] = [new Map(), 0, ""];
    if (list) list.replaceChildren();
    if (take) take.disabled = true;
    say("Waits for the camera.");
    dialog.showModal();
    try {
      const detector = await makeDetector();
      const camera = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: "environment" },
      });
      if (!dialog.open) return stop(camera);
      stream = camera;
      video.srcObject = camera;
      await video.play();
      say("Looks for a code.");
      look(detector, camera);
    } catch (error) {
      const isRefused = error.name === "NotAllowedError";
      say(
        isRefused
          ? "The browser does not let this page use the camera; allow it beside the address, or type the MAC address."
          : "No camera can be used just now; type the MAC address.",
      );
    }
  }

  async function makeDetector() {
    const known = await BarcodeDetector.getSupportedFormats();
    const formats = FORMATS.filter((one) => known.includes(one));
    return new BarcodeDetector(formats.length ? { formats } : undefined);
  }

  async function look(detector, camera) {
    while (camera === stream) {
      let codes = [];
      try {
        codes = await detector.detect(video);
      } catch {
        // The picture is not ready yet, or the camera is gone; the next look tells.
      }
      if (camera !== stream) return;
      for (const code of codes) read(code.rawValue);
      if (!codes.length) lastText = "";
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  // The same sticker is seen many times a second; it counts again once it has been out of sight.
  function read(text) {
    if (text === lastText) return;
    lastText = text;
    const mac = findMac(text);
    if (!mac) say(`${text.slice(0, 40)} is no MAC address of a phone; try the other code.`);
    else if (list) collect(mac);
    else fill(mac);
  }

  function fill(mac) {
    target.value = pretty(mac);
    dialog.close();
    moveOn(target);
  }

  function collect(mac) {
    if (found.has(mac)) {
      twice += 1;
      say(`${pretty(mac)} is in the list already. ${tell()}`);
      return;
    }
    found.set(mac, model.value);
    const row = document.createElement("li");
    row.textContent = `${pretty(mac)} ${model.value}`;
    list.prepend(row);
    take.disabled = false;
    say(tell());
  }

  function tell() {
    const again = twice ? `, ${twice} seen twice` : "";
    return `Scanned ${phones(found.size)}${again}.`;
  }

  function stop(camera) {
    for (const track of camera?.getTracks() ?? []) track.stop();
  }

  // Into the list that is there, in its own columns; one without them is left as it is.
  function addLines(text) {
    const lines = text.trim() ? text.trimEnd().split("\n") : [HEAD.join(";")];
    const mark = [";", "\t", ","].find((one) => lines[0].includes(one)) ?? ";";
    const names = lines[0].split(mark).map((one) => one.trim().toLowerCase());
    const [atMac, atModel] = HEAD.map((one) => names.indexOf(one));
    if (atMac < 0 || atModel < 0) return null;
    for (const [mac, name] of found) {
      const cells = names.map(() => "");
      cells[atMac] = pretty(mac);
      cells[atModel] = name;
      lines.push(cells.join(mark));
    }
    return `${lines.join("\n")}\n`;
  }

  for (const opener of openers) {
    opener.hidden = false;
    opener.addEventListener("click", () => start(opener));
  }
  document.getElementById("scan-close").addEventListener("click", () => dialog.close());
  take?.addEventListener("click", () => {
    const text = addLines(target.value);
    if (text === null) {
      say("The list below has no columns mac and model; add them to its first line, or empty it.");
      return;
    }
    target.value = text;
    dialog.close();
    target.form.querySelector("button[type=submit]").focus();
  });
  dialog.addEventListener("close", () => {
    stop(stream);
    stream = null;
    video.srcObject = null;
  });
})();
