// @ts-check
// A cart of what one message offers, and questions about a product. Loaded when it is opened.

import { html, useState } from "../vendor/preact.js";
import { money, priceOf, productsOf } from "./facts.js";
import { send } from "./late-answers.js";
import { icons, Sheet } from "./view-parts.js";

/** @param {import('./late-answers.js').Props} props */
export function ShopSheet(props) {
  const { cx, chat, open } = props;
  const message = cx.messenger.logs.value.get(chat.chat)?.messages.find((m) => m.seq === open.seq);
  const [cart, setCart] = useState(/** @type {Record<string, number>} */ ({}));
  const [note, setNote] = useState("");
  const [asking, setAsking] = useState("");
  const [wrong, setWrong] = useState("");
  if (!message) return null;
  const products = [...new Map(productsOf(message).map((p) => [p.retailer_id, p])).values()];
  const chosen = products.filter((p) => (cart[p.retailer_id] ?? 0) > 0);
  const cents = chosen.reduce((sum, p) => sum + (p.price_cents ?? 0) * cart[p.retailer_id], 0);
  const set = (/** @type {string} */ id, /** @type {number} */ n) => {
    setCart({ ...cart, [id]: Math.max(0, Math.min(9999, Math.floor(n) || 0)) });
    setWrong("");
  };
  const order = (/** @type {Event} */ event, /** @type {() => void} */ close) => {
    event.preventDefault();
    if (chosen.length === 0) return setWrong("Choose how many of at least one product.");
    send(props, { type: "order", items: chosen.map((p) => ({ retailer_id: p.retailer_id, quantity: cart[p.retailer_id] })), note: note.trim() || undefined, context_seq: message.seq });
    close();
  };
  const ask = (/** @type {Event} */ event, /** @type {() => void} */ close) => {
    event.preventDefault();
    if (note.trim() === "") return setWrong("Write what you want to know.");
    send(props, { type: "text", text: { body: note.trim() }, product: asking, context_seq: message.seq });
    close();
  };
  const named = products.find((p) => p.retailer_id === asking);
  return html`<${Sheet} title=${named ? `About ${named.name ?? named.retailer_id}` : "Order"} onClose=${props.onClose}>${(/** @type {() => void} */ close) => html`
    <form class="stack" onSubmit=${(/** @type {Event} */ e) => (asking ? ask(e, close) : order(e, close))} novalidate>
      ${!asking && html`<ul class="cart" role="list">${products.map((p) => html`<li><span class="cart-what"><bdi>${p.name ?? p.retailer_id}</bdi>
          <span class="meta">${priceOf(p, cx.place.locale) ?? "no price, cannot be ordered"}</span>
          <button type="button" class="link-button" onClick=${() => setAsking(p.retailer_id)}>Ask about it<span class="visually-hidden">: ${p.name ?? p.retailer_id}</span></button></span>
        ${p.price_cents != null && html`<span class="cart-count">
          <button type="button" class="icon-button" onClick=${() => set(p.retailer_id, (cart[p.retailer_id] ?? 0) - 1)}>${icons.less()}<span class="visually-hidden">One less of ${p.name ?? p.retailer_id}</span></button>
          <input inputmode="numeric" aria-label=${`How many of ${p.name ?? p.retailer_id}`} value=${cart[p.retailer_id] ?? 0} onInput=${(/** @type {any} */ e) => set(p.retailer_id, Number(e.target.value))} />
          <button type="button" class="icon-button" onClick=${() => set(p.retailer_id, (cart[p.retailer_id] ?? 0) + 1)}>${icons.add()}<span class="visually-hidden">One more of ${p.name ?? p.retailer_id}</span></button></span>`}</li>`)}</ul>`}
      <label class="field" for="shop-note">${asking ? "Your question" : "A note (optional)"}
        <textarea id="shop-note" dir="auto" maxlength="1000" value=${note} onInput=${(/** @type {any} */ e) => setNote(e.target.value)}></textarea></label>
      ${!asking && chosen.length > 0 && html`<p class="order-total"><span>In all</span><span>${money(cents, chosen[0].currency ?? "", cx.place.locale)}</span></p>`}
      ${!asking && html`<p class="meta">An order is a message to ${chat.assistant.name}. Nothing is paid here.</p>`}
      ${wrong && html`<p class="error-text" role="alert">${wrong}</p>`}
      <div class="actions"><button class="button">${asking ? "Send question" : "Send order"}</button>${asking && html`<button type="button" class="button quiet" onClick=${() => { setAsking(""); setWrong(""); }}>Back</button>`}</div>
    </form>`}<//>`;
}
