// Small files of the kinds that people send, made here so that every byte is known.

import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";

/** @param {Buffer | string} bytes */
export const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** @param {Buffer} bytes @param {number} polynomial reflected or not @param {boolean} reflected */
function crc32(bytes, polynomial, reflected) {
  let crc = reflected ? 0xffffffff : 0;
  for (const byte of bytes) {
    crc ^= reflected ? byte : byte << 24;
    for (let bit = 0; bit < 8; bit += 1) {
      const carry = reflected ? crc & 1 : crc & 0x80000000;
      crc = reflected ? crc >>> 1 : crc << 1;
      if (carry) crc ^= polynomial;
    }
  }
  return (reflected ? ~crc : crc) >>> 0;
}

/** @param {string} type @param {Buffer} data */
function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const out = Buffer.alloc(8 + body.length);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body, 0xedb88320, true), 4 + body.length);
  return out;
}

/** A picture of one colour. @param {number} size in pixels @param {number[]} colour */
export function png(size, colour) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 2], 8);
  const line = Buffer.concat([Buffer.from([0]), Buffer.concat(Array.from({ length: size }, () => Buffer.from(colour)))]);
  const pixels = deflateSync(Buffer.concat(Array.from({ length: size }, () => line)));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", pixels), chunk("IEND", Buffer.alloc(0))]);
}

/** One empty page. @param {string} words */
export function pdf(words) {
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >> % ${words}`,
  ];
  let text = "%PDF-1.4\n";
  const places = objects.map((object, at) => {
    const place = text.length;
    text += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return place;
  });
  const table = places.map((place) => `${String(place).padStart(10, "0")} 00000 n \n`).join("");
  const start = text.length;
  text += `xref\n0 4\n0000000000 65535 f \n${table}trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(text, "latin1");
}

/** A page of an Ogg stream. @param {number} flags @param {bigint} position @param {number} number @param {Buffer} packet */
function page(flags, position, number, packet) {
  const out = Buffer.alloc(28 + packet.length);
  out.write("OggS", 0, "latin1");
  out[5] = flags;
  out.writeBigInt64LE(position, 6);
  out.writeUInt32LE(7, 14);
  out.writeUInt32LE(number, 18);
  out.set([1, packet.length], 26);
  packet.copy(out, 28);
  out.writeUInt32LE(crc32(out, 0x04c11db7, false), 22);
  return out;
}

/** A voice note of a few silent frames. @param {number} frames of 20 ms */
export function voice(frames) {
  const head = Buffer.alloc(19);
  head.write("OpusHead", 0, "latin1");
  head.set([1, 1], 8);
  head.writeUInt16LE(312, 10);
  head.writeUInt32LE(48_000, 12);
  const tags = Buffer.concat([Buffer.from("OpusTags"), Buffer.from([4, 0, 0, 0]), Buffer.from("none"), Buffer.alloc(4)]);
  const silence = Buffer.from([0xf8, 0xff, 0xfe]);
  const sound = Array.from({ length: frames }, (_, n) => page(n === frames - 1 ? 4 : 0, BigInt((n + 1) * 960), n + 2, silence));
  return Buffer.concat([page(2, 0n, 0, head), page(0, 0n, 1, tags), ...sound]);
}
