// @ts-check
// Small truths about what messages hold: sizes, prices, hosts, places, contact cards. No DOM.

/** @typedef {import('./types').Card} Card */
/** @typedef {import('./types').ContactCard} ContactCard */
/** @typedef {import('./types').Header} Header */
/** @typedef {import('./types').Location} Location */
/** @typedef {import('./types').Product} Product */
/** @typedef {import('./types').Source} Source */
/** @typedef {import('./types').TemplateButton} TemplateButton */

/** Where the browser finds a file, or null while it is not kept. @param {string} chat @param {Source | undefined} source */
export const fileUrl = (chat, source) => (source?.kept ? `/app/chats/${encodeURIComponent(chat)}/media/${source.kept.id}` : null);

/** "1.4 MB". @param {number} bytes */
export function sizeWords(bytes) {
  if (bytes === 1) return "1 byte";
  if (bytes < 1000) return `${bytes} bytes`;
  const [size, unit] = bytes < 999_500 ? [bytes / 1000, "kB"] : [bytes / 1_000_000, "MB"];
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${unit}`;
}

/** What kind of file a MIME type is, in a word. @param {string} mime */
export function typeWord(mime) {
  const bare = mime.split(";")[0].trim();
  /** @type {Record<string, string>} */
  const known = { "application/pdf": "PDF", "text/plain": "Text", "application/msword": "Word", "application/vnd.ms-excel": "Excel", "application/vnd.ms-powerpoint": "PowerPoint" };
  if (known[bare]) return known[bare];
  if (bare.includes("wordprocessing")) return "Word";
  if (bare.includes("spreadsheet")) return "Excel";
  if (bare.includes("presentation")) return "PowerPoint";
  return (bare.split("/")[1] ?? "file").replace(/^x-|^vnd\./u, "").toUpperCase();
}

/** The host of a web address, as it is shown before one follows it; null for anything else. @param {string} url */
export function hostOf(url) {
  try {
    const parsed = new URL(url);
    return /^https?:$/u.test(parsed.protocol) ? parsed.host : null;
  } catch {
    return null;
  }
}

/** "50.84670, 4.35250". @param {Pick<Location, "latitude" | "longitude">} place */
export const coordinates = (place) => `${place.latitude.toFixed(5)}, ${place.longitude.toFixed(5)}`;

/** For the device's own map. @param {Pick<Location, "latitude" | "longitude">} place */
export const geoHref = ({ latitude, longitude }) => `geo:${latitude},${longitude}?q=${latitude},${longitude}`;

/** A page with a map. @param {Pick<Location, "latitude" | "longitude">} place */
export const mapHref = ({ latitude, longitude }) => `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;

/** "€4.50", or null if it has none. @param {Pick<Product, "price_cents" | "currency">} product @param {string} [locale] */
export const priceOf = (product, locale) => (product.price_cents == null || !product.currency ? null : money(product.price_cents, product.currency, locale));

/** @param {number} cents @param {string} currency @param {string} [locale] */
export function money(cents, currency, locale) {
  try {
    return new Intl.NumberFormat(locale, { style: "currency", currency }).format(cents / 100);
  } catch {
    return `${(cents / 100).toFixed(2)} ${currency}`;
  }
}

/** The products that a message shows, in order. @param {any} message @returns {Product[]} */
export function productsOf(message) {
  if (message.type === "product_item") return message.product ? [message.product] : [];
  if (message.type === "product_list") return (message.sections ?? []).flatMap((/** @type {any} */ s) => s.products);
  if (message.type === "catalog") return message.thumbnail ? [message.thumbnail] : [];
  const ofCards = (message.cards ?? []).flatMap((/** @type {Card} */ card) => card.product ?? []);
  if (message.type !== "template") return message.type === "carousel" ? ofCards : [];
  const listed = (message.buttons ?? []).flatMap((/** @type {any} */ b) => (b.kind === "products" ? (b.sections ?? []).flatMap((/** @type {any} */ s) => s.products) : []));
  return [...ofCards, ...listed];
}

/** The place of the quick reply of a template that a reply stands for: "0", or "2.0" in the third card. @param {any} template @param {{id: string, title: string}} reply */
export function placeOfReply(template, reply) {
  const at = (/** @type {TemplateButton[] | undefined} */ buttons) => (buttons ?? []).findIndex((b) => b.kind === "reply" && b.payload === reply.id && b.text === reply.title);
  const own = at(template.buttons);
  if (own >= 0) return String(own);
  const cards = /** @type {Card[]} */ (template.cards ?? []);
  const card = cards.findIndex((c) => at(/** @type {any} */ (c.buttons)) >= 0);
  return card < 0 ? null : `${card}.${at(/** @type {any} */ (cards[card].buttons))}`;
}

/** A contact's name. @param {ContactCard} card */
export const nameOf = (card) => card.name.formatted_name || [card.name.first_name, card.name.last_name].filter(Boolean).join(" ") || "Contact";

/** A card made of what a person types: the platform wants the whole name and its parts. @param {{name: string, phone?: string, email?: string}} typed @returns {ContactCard} */
export function cardOf({ name, phone, email }) {
  const [first, ...rest] = name.trim().split(/\s+/u);
  /** @type {ContactCard} */
  const card = { name: { formatted_name: name.trim(), first_name: first } };
  if (rest.length > 0) card.name.last_name = rest.join(" ");
  if (phone?.trim()) card.phones = [{ phone: phone.trim(), type: "CELL" }];
  if (email?.trim()) card.emails = [{ email: email.trim() }];
  return card;
}

/** A contact card as a vCard 3.0 (RFC 2426). @param {ContactCard} card */
export function vcard(card) {
  const escaped = (/** @type {string | undefined} */ text) => (text ?? "").replace(/\\/gu, "\\\\").replace(/\r?\n/gu, "\\n").replace(/[,;]/gu, "\\$&");
  const typed = (/** @type {string | undefined} */ type) => (type && /^[A-Za-z]+$/u.test(type) ? `;TYPE=${type.toUpperCase()}` : "");
  const { name } = card;
  const lines = ["BEGIN:VCARD", "VERSION:3.0", `FN:${escaped(nameOf(card))}`,
    `N:${[name.last_name, name.first_name, name.middle_name, name.prefix, name.suffix].map(escaped).join(";")}`];
  if (card.org?.company) lines.push(`ORG:${[card.org.company, card.org.department].filter(Boolean).map(escaped).join(";")}`);
  if (card.org?.title) lines.push(`TITLE:${escaped(card.org.title)}`);
  for (const p of card.phones ?? []) if (p.phone) lines.push(`TEL${typed(p.type)}:${escaped(p.phone)}`);
  for (const e of card.emails ?? []) if (e.email) lines.push(`EMAIL${typed(e.type)}:${escaped(e.email)}`);
  for (const a of card.addresses ?? []) lines.push(`ADR${typed(a.type)}:;;${[a.street, a.city, a.state, a.zip, a.country].map(escaped).join(";")}`);
  for (const u of card.urls ?? []) if (u.url) lines.push(`URL:${escaped(u.url)}`);
  if (card.birthday) lines.push(`BDAY:${escaped(card.birthday)}`);
  return `${[...lines, "END:VCARD"].join("\r\n")}\r\n`;
}

/** "Tea, 2 pieces" and so on are read from here: lines of an order with the names the question gave them. @param {any} order @param {any} question @param {string} [locale] */
export function orderLines(order, question, locale) {
  const known = new Map((question ? productsOf(question) : []).map((p) => [p.retailer_id, p]));
  /** @type {{key: string, words: string, price: string | null}[]} */
  const lines = (order.items ?? []).map((/** @type {any} */ item) => {
    const product = known.get(item.retailer_id);
    const cents = item.price_cents ?? product?.price_cents;
    const currency = item.currency ?? product?.currency;
    return {
      key: item.retailer_id,
      words: `${item.quantity} × ${product?.name ?? item.retailer_id}`,
      price: cents == null || !currency ? null : money(cents * item.quantity, currency, locale),
      cents: cents == null ? null : cents * item.quantity, currency,
    };
  });
  const currencies = new Set(lines.map((/** @type {any} */ l) => l.currency));
  const whole = lines.every((/** @type {any} */ l) => l.cents !== null) && currencies.size === 1;
  const sum = lines.reduce((total, /** @type {any} */ l) => total + (l.cents ?? 0), 0);
  return { lines, total: whole && lines.length > 0 ? money(sum, [...currencies][0] ?? "", locale) : null };
}

/** Which kind a file is sent as, by its type; null: not carried. @param {string} mime @returns {"image" | "video" | "audio" | "document" | "sticker" | null} */
export function kindOfType(mime) {
  const bare = mime.split(";")[0].trim().toLowerCase();
  for (const [kind, types] of Object.entries(TYPES)) if (types.includes(bare)) return /** @type {any} */ (kind);
  return null;
}

const OFFICE = "application/vnd.openxmlformats-officedocument.";

/** What may be sent as what, by MIME type (the Cloud API's table). @type {Record<string, string[]>} */
export const TYPES = {
  image: ["image/jpeg", "image/png"],
  video: ["video/mp4", "video/3gpp"],
  audio: ["audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"],
  sticker: ["image/webp"],
  document: ["text/plain", "application/pdf", "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint",
    `${OFFICE}wordprocessingml.document`, `${OFFICE}spreadsheetml.sheet`, `${OFFICE}presentationml.presentation`],
};

/** The largest file of each kind, in bytes (the Cloud API's). @type {Record<string, number>} */
export const MOST_BYTES = { image: 5 << 20, video: 16 << 20, audio: 16 << 20, document: 100 << 20, sticker: 500 << 10 };
