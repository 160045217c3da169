// @ts-check
// What a message says, by its type; what can be chosen below it is in view-choices.js. A type that
// this page does not know is said to be one.

import { html } from "../vendor/preact.js";
import { coordinates, geoHref, mapHref, nameOf, orderLines, priceOf, productsOf, vcard } from "./facts.js";
import { exactLabel } from "./timeline.js";
import { FileView } from "./view-media.js";
import { icons, Text } from "./view-parts.js";
import { wordsOf } from "./words.js";

/** @typedef {import('./types').Shown} Shown */
/** @typedef {import('./types').Header} Header */
/** @typedef {import('./types').ContactCard} ContactCard */
/** @typedef {import('./types').Location} Location */
/** @typedef {import('./types').Product} Product */
/** @typedef {import('./view-message.js').Around} Around */

/** Types with a header, a body and a footer. */
const FRAMED = ["buttons", "list", "cta_url", "flow", "location_request", "contact_request", "call_permission_request", "address_request", "product_item", "product_list", "catalog", "carousel", "template"];

/** @param {{message: Shown, around: Around}} props */
export function Body({ message, around }) {
  const { cx, chat } = around;
  const of = message.from === "person" ? "your message" : chat.assistant.name;
  if (message.type === "text") return html`${message.product && html`<p class="meta" dir="auto">About ${productName(message, around)}</p>`}<${Text} text=${message.text?.body ?? ""} of=${of} />`;
  if (message.reply) {
    return html`<div class="text" dir="auto"><p dir="auto">${message.reply.title}</p>
      ${message.reply.description && html`<p class="meta" dir="auto">${message.reply.description}</p>`}</div>`;
  }
  if (message.type === "media" && message.source) {
    const onPlay = message.voice && message.from === "assistant" && !message.played ? () => played(around, message) : undefined;
    return html`<${FileView} cx=${cx} chat=${chat.chat} file=${message} onPlay=${onPlay} />${message.caption && html`<${Text} text=${message.caption} of=${of} />`}`;
  }
  if (message.type === "location") return html`<${Place} place=${message} />`;
  if (message.type === "contacts") return html`<div class="people">${(message.cards ?? []).map((/** @type {ContactCard} */ card) => html`<${Person} card=${card} />`)}</div>`;
  if (message.type === "order") return html`<${Order} message=${message} around=${around} />`;
  if (FRAMED.includes(message.type)) return html`<${Frame} message=${message} around=${around} of=${of} />`;
  return html`<p class="text" dir="auto">${wordsOf(message)}</p>`;
}

/** @param {Around} around @param {Shown} message */
function played({ cx, chat }, message) {
  message.played = true;
  void cx.messenger.edges.api.played(chat.chat, message.seq ?? 0);
}

/** @param {Shown} message @param {Around} around */
function productName(message, around) {
  const question = message.context_seq ? around.find(message.context_seq) : undefined;
  return (question && productsOf(question).find((p) => p.retailer_id === message.product)?.name) || message.product;
}

/** @param {{message: Shown, around: Around, of: string}} props */
function Frame({ message, around, of }) {
  const { cx } = around;
  const body = message.body || (message.type === "call_permission_request" ? `${around.chat.assistant.name} asks whether it may call you.` : "");
  return html`<${HeaderView} header=${message.header} around=${around} />
    ${message.type === "product_item" && html`<${ProductView} product=${message.product} locale=${cx.place.locale} />`}
    ${message.offer && html`<p class="offer"><strong dir="auto">${message.offer}</strong>${message.offer_ends_ms && html`<span class="meta">${message.offer_ends_ms > cx.now.value ? "Until" : "Ended"} ${exactLabel(message.offer_ends_ms, cx.place)}</span>`}</p>`}
    ${body && html`<${Text} text=${body} of=${of} />`}
    ${message.type === "catalog" && message.thumbnail && html`<${ProductView} product=${message.thumbnail} locale=${cx.place.locale} />`}
    ${message.type === "product_list" && (message.sections ?? []).map((/** @type {any} */ section) => html`<div class="products">${section.title && html`<p class="products-title" dir="auto">${section.title}</p>`}
      ${section.products.map((/** @type {Product} */ product) => html`<${ProductView} product=${product} locale=${cx.place.locale} />`)}</div>`)}
    ${message.footer && html`<p class="bubble-footer meta" dir="auto">${message.footer}</p>`}`;
}

/** @param {{header?: Header | null, around: Around}} props */
export function HeaderView({ header, around }) {
  if (!header) return null;
  if (typeof header === "string") return html`<p class="bubble-header" dir="auto">${header}</p>`;
  if ("latitude" in header) return html`<${Place} place=${header} />`;
  return html`<${FileView} cx=${around.cx} chat=${around.chat.chat} file=${header} />`;
}

/** @param {{product: Product, locale: string}} props */
export function ProductView({ product, locale }) {
  const price = priceOf(product, locale);
  return html`<div class="product"><span class="product-name" dir="auto">${product.name ?? product.retailer_id}</span>
    ${price && html`<span class="product-price">${price}</span>`}
    ${product.description && html`<span class="product-words meta" dir="auto">${product.description}</span>`}</div>`;
}

/** @param {{place: any}} props */
function Place({ place }) {
  return html`<div class="place"><span class="place-mark" aria-hidden="true">${icons.place()}</span><div>
    <p class="place-name" dir="auto">${place.name || "A place"}</p>
    ${place.address && html`<p dir="auto">${place.address}</p>`}
    <p class="meta">${coordinates(place)}</p>
    <p class="place-links"><a href=${geoHref(place)}>Map on this device</a><a href=${mapHref(place)} target="_blank" rel="noopener noreferrer">openstreetmap.org<span class="visually-hidden">, opens in a new tab</span></a></p></div></div>`;
}

/** @param {{card: ContactCard}} props */
function Person({ card }) {
  const name = nameOf(card);
  const work = [card.org?.title, card.org?.department, card.org?.company].filter(Boolean).join(", ");
  const homes = (card.addresses ?? []).map((a) => [a.street, a.zip, a.city, a.state, a.country].filter(Boolean).join(", ")).filter(Boolean);
  const sites = (card.urls ?? []).map((u) => u.url).filter((u) => /^https?:\/\//iu.test(u ?? ""));
  return html`<div class="person"><p class="person-name"><span class="person-mark" aria-hidden="true">${icons.person()}</span><bdi>${name}</bdi></p>
    ${work && html`<p class="meta" dir="auto">${work}</p>`}
    ${(card.phones ?? []).filter((p) => p.phone).map((p) => html`<p><a href=${`tel:${p.phone.replace(/[^\d+]/gu, "")}`}>${p.phone}</a>${p.type && html` <span class="meta">${p.type.toLowerCase()}</span>`}</p>`)}
    ${(card.emails ?? []).filter((e) => e.email).map((e) => html`<p><a href=${`mailto:${encodeURI(e.email)}`}>${e.email}</a></p>`)}
    ${homes.map((home) => html`<p dir="auto">${home}</p>`)}
    ${sites.map((site) => html`<p><a href=${site} target="_blank" rel="noopener noreferrer">${site}</a></p>`)}
    ${card.birthday && html`<p class="meta">Born ${card.birthday}</p>`}
    <p><a href=${`data:text/vcard;charset=utf-8,${encodeURIComponent(vcard(card))}`} download=${`${name.replace(/[^\p{L}\p{N} ._-]/gu, "")}.vcf`}>Save contact<span class="visually-hidden"> ${name}</span></a></p></div>`;
}

/** @param {{message: Shown, around: Around}} props */
function Order({ message, around }) {
  const question = message.context_seq ? around.find(message.context_seq) : undefined;
  const { lines, total } = orderLines(message, question, around.cx.place.locale);
  return html`<div class="order"><p class="bubble-header">Order</p>
    <ul role="list">${lines.map((line) => html`<li><span dir="auto">${line.words}</span>${line.price && html`<span>${line.price}</span>`}</li>`)}</ul>
    ${total && html`<p class="order-total"><span>In all</span><span>${total}</span></p>`}
    ${message.note && html`<${Text} text=${message.note} />`}</div>`;
}
