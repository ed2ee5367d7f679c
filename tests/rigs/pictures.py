"""Small pictures: a browser counts the colours, Python writes them as a PNG with a palette."""

import base64
import struct
import zlib

from playwright.sync_api import Page

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST_COLOURS = 48

_COUNT = """
async ([picture, most, tallest]) => {
  const image = new Image();
  image.src = "data:image/png;base64," + picture;
  await image.decode();
  const width = image.width, height = Math.min(image.height, tallest);
  const canvas = new OffscreenCanvas(width, height);
  const pen = canvas.getContext("2d", {willReadFrequently: true});
  pen.drawImage(image, 0, 0);
  const pixels = new Uint32Array(pen.getImageData(0, 0, width, height).data.buffer);
  const counts = new Map();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) || 0) + 1);
  const parts = (one) => [one & 255, (one >> 8) & 255, (one >> 16) & 255];
  const far = (a, b) => (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2;
  const left = [...counts].map(([pixel, count]) => (
    {pixel, weight: Math.sqrt(count), colour: parts(pixel), away: Infinity, nearest: 0}
  )).sort((a, b) => b.weight - a.weight || a.pixel - b.pixel);
  const palette = [];
  let next = left[0];
  while (next && palette.length < most) {
    const place = palette.push(next.colour) - 1;
    let worst = 0, best = null;
    for (const one of left) {
      const away = far(one.colour, next.colour);
      if (away < one.away) { one.away = away; one.nearest = place; }
      if (one.away * one.weight > worst) { worst = one.away * one.weight; best = one; }
    }
    next = best;
  }
  const place = new Map(left.map((one) => [one.pixel, one.nearest]));
  const rows = new Uint8Array(pixels.length);
  pixels.forEach((pixel, at) => { rows[at] = place.get(pixel); });
  let text = "";
  for (let at = 0; at < rows.length; at += 32768) {
    text += String.fromCharCode(...rows.subarray(at, at + 32768));
  }
  return {width, height, palette: palette.flat(), rows: btoa(text)};
}
"""
"""Takes first the most usual colour, then each time the one that is missed most: many pixels, far
from all that are taken. So a small red dot keeps its red."""


def shrink(page: Page, picture: bytes, *, tallest: int) -> bytes:
    """Return a PNG with at most 48 colours and `tallest` pixels of height; same pixels, same bytes.

    `page` is any open page of a browser that may run script.
    """
    counted = page.evaluate(_COUNT, [base64.b64encode(picture).decode(), MOST_COLOURS, tallest])
    return _write(
        counted["width"],
        counted["height"],
        bytes(counted["palette"]),
        base64.b64decode(counted["rows"]),
    )


def _write(width: int, height: int, palette: bytes, rows: bytes) -> bytes:
    """Return a PNG of one byte a pixel, or half a byte where sixteen colours are enough."""
    depth = 4 if len(palette) <= 16 * 3 else 8
    lines = (_pack(rows[row * width : (row + 1) * width], depth) for row in range(height))
    body = zlib.compress(b"".join(b"\0" + line for line in lines), 9)
    header = struct.pack(">IIBBBBB", width, height, depth, 3, 0, 0, 0)
    parts = (_chunk(b"IHDR", header), _chunk(b"PLTE", palette), _chunk(b"IDAT", body))
    return b"".join((SIGNATURE, *parts, _chunk(b"IEND", b"")))


def _pack(line: bytes, depth: int) -> bytes:
    if depth == 8:
        return line
    even = line + b"\0" * (len(line) % 2)
    return bytes(high << 4 | low for high, low in zip(even[::2], even[1::2], strict=True))


def _chunk(kind: bytes, body: bytes) -> bytes:
    checksum = zlib.crc32(kind + body)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum)
