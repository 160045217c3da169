// @ts-check
// What a person can do about a message, below its bubble: tap a button, open a list, a page, a
// form, a cart. A question is answered once; the answer stays marked.

import { html, useState } from "../vendor/preact.js";
import { hostOf, productsOf } from "./facts.js";
import { HeaderView, ProductView } from "./view-content.js";
import { icons, Text } from "./view-parts.js";

/** @typedef {import('./types').Shown} Shown */
/** @typedef {import('./types').Card} Card */
/** @typedef {import('./view-message.js').Around} Around */

/** @param {{message: Shown, around: Around}} props */
export function Choices({ message, around }) {
  if (message.from !== "assistant" || message.error) return null;
  const kind = KINDS[message.type];
  return kind ? kind(message, around) : null;
}

/** @type {Record<string, (message: Shown, around: Around) => any>} */
const KINDS = {
  buttons: (message, around) => html`<${Replies} options=${(message.buttons ?? []).map((/** @type {any} */ b) => ({ id: b.id, title: b.title }))} type="button_reply" message=${message} around=${around} />`,
  list: (message, around) => html`<${ListButton} message=${message} around=${around} />`,
  cta_url: (message) => html`<div class="options"><${WebLink} label=${message.label} url=${message.url} /></div>`,
  flow: (message, around) => html`<div class="options"><${FlowLink} label=${message.flow?.label} message=${message} around=${around} /></div>`,
  location_request: (message, around) => html`<${Ask} kind="place" label="Send a location" icon=${icons.place} message=${message} around=${around} />`,
  contact_request: (message, around) => html`<${Ask} kind="contact" label="Share a contact card" icon=${icons.person} message=${message} around=${around} />`,
  address_request: (message, around) => html`<${Ask} kind="address" label="Fill in the address" icon=${icons.list} message=${message} around=${around} />`,
  call_permission_request: (message, around) => html`<${Calls} message=${message} around=${around} />`,
  product_item: shop,
  product_list: shop,
  catalog: shop,
  carousel: (message, around) => html`<${Carousel} message=${message} around=${around} />`,
  template: (message, around) => html`${(message.buttons ?? []).length > 0 && html`<div class="options" role="group" aria-label="Choices">${(message.buttons ?? []).map((/** @type {any} */ button, /** @type {number} */ place) => html`<${TemplateButton} button=${button} place=${String(place)} message=${message} around=${around} />`)}</div>`}
    ${(message.cards ?? []).length > 0 && html`<${Carousel} message=${message} around=${around} />`}
    ${message.call_permission && html`<${Calls} message=${message} around=${around} />`}
    ${message.category === "marketing" && html`<${Promotion} around=${around} />`}`,
};

/** @param {Shown} message @param {Around} around */
function shop(message, around) {
  const priced = productsOf(message).some((p) => p.price_cents != null);
  if (!priced) return html`<p class="meta choices-note">${message.type === "catalog" ? "The exchange shows no more of this catalogue. Write what you want." : "No price is given, so it cannot be ordered here. Write what you want."}</p>`;
  return html`<div class="options"><${ShopButton} label=${message.type === "product_item" ? "Order or ask" : "Choose and order"} message=${message} around=${around} /></div>`;
}

/** @param {{label: string, message: Shown, around: Around}} props */
function ShopButton({ label, message, around }) {
  const isClosed = around.chat.state !== "given";
  const open = () => { if (!isClosed) around.cx.sheet.value = { kind: "shop", seq: message.seq ?? 0 }; };
  return html`<button type="button" class="option" aria-haspopup="dialog" aria-disabled=${isClosed ? "true" : null} onClick=${open}>${icons.cart()}${label}</button>`;
}

/** Whether a question can be answered, and with what it was. @param {Shown} message @param {Around} around */
function standing(message, around) {
  const chosen = around.answered.get(message.seq ?? 0);
  return { chosen, isClosed: chosen !== undefined || around.chat.state !== "given" };
}

/** @param {{label: any, isChosen?: boolean, isClosed: boolean, onClick: () => void, haspopup?: string, icon?: () => any}} props */
function Option({ label, isChosen, isClosed, onClick, haspopup, icon }) {
  return html`<button type="button" class="option" dir="auto" aria-haspopup=${haspopup} aria-disabled=${isClosed ? "true" : null} data-chosen=${Boolean(isChosen)} onClick=${() => { if (!isClosed) onClick(); }}>
    ${isChosen ? icons.check() : icon?.()}${label}${isChosen && html`<span class="visually-hidden">, chosen</span>`}</button>`;
}

/** @param {{options: Array<{id: string, title: string}>, type: "button_reply", message: Shown, around: Around}} props */
function Replies({ options, type, message, around }) {
  const { chosen, isClosed } = standing(message, around);
  return html`<div class="options" role="group" aria-label="Choices">${options.map((option) => html`<${Option} label=${option.title} isChosen=${chosen === option.id} isClosed=${isClosed} onClick=${() => around.send({ type, reply: option, context_seq: message.seq })} />`)}</div>`;
}

/** @param {{message: Shown, around: Around}} props */
function ListButton({ message, around }) {
  const { chosen, isClosed } = standing(message, around);
  const row = message.sections?.flatMap((/** @type {any} */ s) => s.rows).find((/** @type {any} */ r) => r.id === chosen);
  const open = () => { around.cx.sheet.value = { kind: "list", seq: message.seq ?? 0 }; };
  return html`<div class="options"><${Option} label=${row?.title ?? message.button} isChosen=${Boolean(row)} isClosed=${isClosed} onClick=${open} haspopup="dialog" icon=${icons.list} /></div>`;
}

/** A link out: where it leads is said before one follows it. @param {{label: string, url: string}} props */
function WebLink({ label, url }) {
  const host = hostOf(url);
  if (!host) return html`<p class="meta choices-note" dir="auto">${label}: ${url}</p>`;
  return html`<a class="option" href=${url} target="_blank" rel="noopener noreferrer">${icons.out()}<span><bdi>${label}</bdi><span class="meta option-host">${host}<span class="visually-hidden">, opens in a new tab</span></span></span></a>`;
}

/** @param {{label: string, message: Shown, around: Around}} props */
function FlowLink({ label, message, around }) {
  const { chosen, isClosed } = standing(message, around);
  if (isClosed) return html`<${Option} label=${label} isChosen=${chosen === "sent"} isClosed=${true} onClick=${() => {}} />`;
  return html`<a class="option" href=${`/chats/${around.chat.chat}/flow/${message.seq}`}>${icons.list()}<bdi>${label}</bdi></a>`;
}

/** @param {{kind: "place" | "contact" | "address", label: string, icon: () => any, message: Shown, around: Around}} props */
function Ask({ kind, label, icon, message, around }) {
  const { chosen, isClosed } = standing(message, around);
  const open = () => { around.cx.sheet.value = { kind, seq: message.seq ?? 0 }; };
  return html`<div class="options"><${Option} label=${chosen ? "Sent" : label} isChosen=${chosen !== undefined} isClosed=${isClosed} onClick=${open} haspopup="dialog" icon=${icon} /></div>`;
}

/** @param {{message: Shown, around: Around}} props */
function Calls({ message, around }) {
  const { chosen, isClosed } = standing(message, around);
  /** @type {Array<[string, string, boolean, boolean]>} */
  const options = [["once", "Allow for 7 days", true, false], ["always", "Always allow", true, true], ["no", "Do not allow", false, false]];
  return html`<div class="options" role="group" aria-label="Choices">${options.map(([id, label, accepted, permanent]) => html`<${Option} label=${label} isChosen=${chosen === id} isClosed=${isClosed}
      onClick=${() => around.send({ type: "call_permission_reply", accepted, permanent, context_seq: message.seq })} />`)}</div>
    <p class="meta choices-note">Calls are not carried here. ${around.chat.assistant.name} is told your answer.</p>`;
}

/** Cards side by side, scrolled by hand, wheel or arrow keys. @param {{message: Shown, around: Around}} props */
function Carousel({ message, around }) {
  const cards = message.cards ?? [];
  return html`<div class="carousel" role="group" aria-label=${`${cards.length} cards, side by side`} tabindex="0"><ul role="list">${cards.map((/** @type {Card} */ card, /** @type {number} */ i) => html`<li class="slide">
    <span class="visually-hidden">Card ${i + 1} of ${cards.length}: </span>
    <${HeaderView} header=${card.header} around=${around} />
    ${card.product && html`<${ProductView} product=${card.product} locale=${around.cx.place.locale} />`}
    ${card.body && html`<${Text} text=${card.body} />`}
    ${(card.buttons ?? []).length > 0 && html`<div class="options">${(card.buttons ?? []).map((button, place) => html`<${CardButton} button=${button} place=${`${i}.${place}`} message=${message} around=${around} />`)}</div>`}
  </li>`)}</ul></div>
  ${cards.some((/** @type {Card} */ c) => c.product?.price_cents != null) && html`<div class="options"><${ShopButton} label="Choose and order" message=${message} around=${around} /></div>`}`;
}

/** @param {{button: any, place: string, message: Shown, around: Around}} props */
function CardButton({ button, place, message, around }) {
  if (message.type === "template") return html`<${TemplateButton} button=${button} place=${place} message=${message} around=${around} />`;
  if (button.kind === "url") return html`<${WebLink} label=${button.label} url=${button.url} />`;
  const { chosen, isClosed } = standing(message, around);
  return html`<${Option} label=${button.title} isChosen=${chosen === button.id} isClosed=${isClosed}
    onClick=${() => around.send({ type: "button_reply", reply: { id: button.id, title: button.title }, context_seq: message.seq })} />`;
}

/** @param {{button: any, place: string, message: Shown, around: Around}} props */
function TemplateButton({ button, place, message, around }) {
  const { chosen, isClosed } = standing(message, around);
  if (button.kind === "url") return html`<${WebLink} label=${button.text} url=${button.url} />`;
  if (button.kind === "phone") return html`<a class="option" href=${`tel:${button.phone.replace(/[^\d+]/gu, "")}`}>${icons.phone()}<span><bdi>${button.text}</bdi><span class="meta option-host">${button.phone}</span></span></a>`;
  if (button.kind === "copy") return html`<${CopyCode} button=${button} />`;
  if (button.kind === "flow") return html`<${FlowLink} label=${button.flow.label} message=${message} around=${around} />`;
  if (button.kind === "products") {
    return productsOf(message).some((p) => p.price_cents != null)
      ? html`<${ShopButton} label=${button.text} message=${message} around=${around} />`
      : html`<p class="meta choices-note"><bdi>${button.text}</bdi>: the exchange shows no more of this catalogue.</p>`;
  }
  if (button.kind === "contact") return html`<${Option} label=${button.text} isChosen=${chosen === "sent"} isClosed=${isClosed} haspopup="dialog" icon=${icons.person} onClick=${() => { around.cx.sheet.value = { kind: "contact", seq: message.seq ?? 0 }; }} />`;
  return html`<${Option} label=${button.text} isChosen=${chosen === place} isClosed=${isClosed}
    onClick=${() => around.send({ type: "template_reply", reply: { id: place, title: button.text }, context_seq: message.seq })} />`;
}

/** @param {{button: {text: string, code: string}}} props */
function CopyCode({ button }) {
  const [said, setSaid] = useState("");
  const copy = () => void navigator.clipboard?.writeText(button.code).then(() => setSaid("Copied"), () => setSaid("Copying is not allowed here"));
  const words = html`<span><bdi>${button.text}</bdi><code class="option-host">${button.code}</code></span>`;
  if (!navigator.clipboard) return html`<p class="option">${words}</p>`;
  return html`<button type="button" class="option" onClick=${copy}>${icons.copy()}${words}<span class="meta" role="status">${said}</span></button>`;
}

/** Every promotional message says how to stop them. @param {{around: Around}} props */
function Promotion({ around }) {
  const { chat, cx } = around;
  const takes = chat.marketing !== false;
  if (chat.state !== "given") return null;
  return html`<p class="meta choices-note">Promotional message. <button type="button" class="link-button" onClick=${() => void cx.messenger.prefers(chat.chat, !takes)}>${takes ? "Stop these" : "Allow these again"}</button></p>`;
}
