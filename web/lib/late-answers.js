// @ts-check
// Sheets for answers that are more than a tap: a place, a contact card, an address, telling a
// message on. Loaded when one of them is opened.

import { html, useState } from "../vendor/preact.js";
import { cardOf, coordinates } from "./facts.js";
import { inOrder } from "./log.js";
import { Sheet } from "./view-parts.js";

/** @typedef {import('./types').Chat} Chat */
/** @typedef {import('./types').Message} Message */
/** @typedef {import('./context.js').Context} Context */
/** @typedef {{cx: Context, chat: Chat, open: any, onClose: () => void}} Props */

/** The message that is answered, if it is still loaded. @param {Props} props @returns {Message | undefined} */
const question = ({ cx, chat, open }) => (open.seq === null ? undefined : cx.messenger.logs.value.get(chat.chat)?.messages.find((m) => m.seq === open.seq));

/** Sends and scrolls down for it. @param {Props} props @param {import('./types').Request} request */
export function send({ cx, chat }, request) {
  if (cx.messenger.sender.send(chat.chat, request)) cx.sends.value += 1;
}

/** @param {{label: string, name: string, value: string, onInput: (value: string) => void, error?: string, [more: string]: any}} props */
export function Field({ label, name, value, onInput, error, ...more }) {
  return html`<label class="field" for=${`f-${name}`}>${label}${error && html`<span class="error-text" id=${`e-${name}`}>${error}</span>`}
    <input id=${`f-${name}`} name=${name} value=${value} dir="auto" aria-invalid=${error ? "true" : null} aria-describedby=${error ? `e-${name}` : null}
      onInput=${(/** @type {any} */ e) => onInput(e.target.value)} ...${more} /></label>`;
}

/** Why the browser did not say where it is. @type {Record<number, string>} */
const NO_PLACE = {
  1: "This browser was not allowed to say where you are. Type the place instead.",
  2: "Where you are could not be found out. Type the place instead.",
  3: "Finding out where you are took too long. Try again, or type the place.",
};

/** @param {Props} props */
export function PlaceSheet(props) {
  const [typed, setTyped] = useState({ latitude: "", longitude: "", name: "", address: "" });
  const [said, setSaid] = useState("");
  const [wrong, setWrong] = useState("");
  const set = (/** @type {string} */ name) => (/** @type {string} */ value) => setTyped({ ...typed, [name]: value });
  const find = () => {
    if (!navigator.geolocation) return setSaid("This browser cannot say where you are. Type the place instead.");
    setSaid("Asking the browser…");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        setTyped((old) => ({ ...old, latitude: coords.latitude.toFixed(6), longitude: coords.longitude.toFixed(6) }));
        setSaid(`Found: ${coordinates(coords)}, to within ${Math.round(coords.accuracy)} metres. Nothing is sent yet.`);
      },
      (error) => setSaid(NO_PLACE[error.code] ?? NO_PLACE[2]),
      { enableHighAccuracy: true, timeout: 20_000, maximumAge: 60_000 },
    );
  };
  const submit = (/** @type {Event} */ event, /** @type {() => void} */ close) => {
    event.preventDefault();
    const angle = (/** @type {string} */ text, /** @type {number} */ most) => {
      const value = Number(text.trim().replace(",", "."));
      return text.trim() !== "" && Number.isFinite(value) && Math.abs(value) <= most ? value : null;
    };
    const [latitude, longitude] = [angle(typed.latitude, 90), angle(typed.longitude, 180)];
    if (latitude === null) return setWrong("latitude");
    if (longitude === null) return setWrong("longitude");
    const text = (/** @type {string} */ value) => value.trim() || undefined;
    send(props, { type: "location", latitude, longitude, name: text(typed.name), address: text(typed.address), context_seq: props.open.seq });
    close();
  };
  const degrees = (/** @type {"latitude" | "longitude"} */ name, /** @type {string} */ label, /** @type {number} */ most) => html`<${Field} label=${label} name=${name} value=${typed[name]} onInput=${set(name)} inputmode="decimal" autocomplete="off" error=${wrong === name ? `A number from −${most} to ${most}.` : ""} />`;
  return html`<${Sheet} title="Send a location" onClose=${props.onClose}>${(/** @type {() => void} */ close) => html`
    <p><button type="button" class="button" onClick=${find}>Use where I am</button></p>
    <p class="meta" role="status">${said}</p>
    <form class="stack" onSubmit=${(/** @type {Event} */ e) => submit(e, close)} novalidate>
      ${degrees("latitude", "Latitude", 90)}${degrees("longitude", "Longitude", 180)}
      <${Field} label="Name of the place (optional)" name="name" value=${typed.name} onInput=${set("name")} maxlength="200" autocomplete="off" />
      <${Field} label="Address (optional)" name="address" value=${typed.address} onInput=${set("address")} maxlength="400" autocomplete="off" />
      <div class="actions"><button class="button">Send location</button></div>
    </form>`}<//>`;
}

/** @param {Props} props */
export function ContactSheet(props) {
  const requested = props.open.seq !== null;
  const [typed, setTyped] = useState({ name: "", phone: "", email: "" });
  const [isWrong, setWrong] = useState(false);
  const set = (/** @type {string} */ name) => (/** @type {string} */ value) => setTyped({ ...typed, [name]: value });
  const submit = (/** @type {Event} */ event, /** @type {() => void} */ close) => {
    event.preventDefault();
    if (typed.name.trim() === "") return setWrong(true);
    send(props, { type: "contacts", cards: [cardOf(typed)], ...(requested ? { requested, context_seq: props.open.seq } : {}) });
    close();
  };
  return html`<${Sheet} title=${requested ? "Share a contact card" : "Send a contact"} onClose=${props.onClose}>${(/** @type {() => void} */ close) => html`
    ${requested && html`<p>${props.chat.assistant.name} gets what you type here, and nothing else.</p>`}
    <form class="stack" onSubmit=${(/** @type {Event} */ e) => submit(e, close)} novalidate>
      <${Field} label="Name" name="name" value=${typed.name} onInput=${set("name")} maxlength="200" autocomplete=${requested ? "name" : "off"} error=${isWrong && typed.name.trim() === "" ? "A contact needs a name." : ""} />
      <${Field} label="Phone number (optional)" name="phone" type="tel" value=${typed.phone} onInput=${set("phone")} maxlength="60" autocomplete=${requested ? "tel" : "off"} />
      <${Field} label="E-mail (optional)" name="email" type="email" value=${typed.email} onInput=${set("email")} maxlength="200" autocomplete=${requested ? "email" : "off"} />
      <div class="actions"><button class="button">Send contact</button></div>
    </form>`}<//>`;
}

/** @param {Props} props */
export function AddressSheet(props) {
  const asked = question(props);
  const form = asked?.form ?? {};
  const [values, setValues] = useState(/** @type {Record<string, string>} */ (form.values ?? {}));
  const [saved, setSaved] = useState("");
  const [isTried, setTried] = useState(false);
  if (!asked) return null;
  const fields = /** @type {import('./types').AddressField[]} */ (asked.fields ?? []);
  const missing = (/** @type {import('./types').AddressField} */ f) => f.required && !values[f.name]?.trim();
  const submit = (/** @type {Event} */ event, /** @type {() => void} */ close) => {
    event.preventDefault();
    setTried(true);
    if (!saved && fields.some(missing)) return;
    send(props, saved ? { type: "address_reply", saved, context_seq: asked.seq } : { type: "address_reply", values, context_seq: asked.seq });
    close();
  };
  const offered = /** @type {any[]} */ (form.saved ?? []);
  const error = (/** @type {import('./types').AddressField} */ f) => (isTried && missing(f) ? "Fill this in." : form.errors?.[f.name] ?? "");
  return html`<${Sheet} title="Address" onClose=${props.onClose}>${(/** @type {() => void} */ close) => html`
    <form class="stack" onSubmit=${(/** @type {Event} */ e) => submit(e, close)} novalidate>
      ${offered.length > 0 && html`<fieldset class="rows-form"><legend>Which address?</legend>
        ${offered.map((address) => html`<label class="row"><input type="radio" name="saved" checked=${saved === address.id} onChange=${() => setSaved(address.id)} /><span dir="auto">${Object.values(address.value).join(", ")}</span></label>`)}
        <label class="row"><input type="radio" name="saved" checked=${saved === ""} onChange=${() => setSaved("")} /><span>Another one</span></label></fieldset>`}
      ${saved === "" && fields.map((f) => html`<${Field} label=${f.required ? f.label : `${f.label} (optional)`} name=${f.name} value=${values[f.name] ?? ""} maxlength="500" error=${error(f)} onInput=${(/** @type {string} */ v) => setValues({ ...values, [f.name]: v })} />`)}
      <div class="actions"><button class="button">Send address</button></div>
    </form>`}<//>`;
}

/** @param {Props} props */
export function ForwardSheet(props) {
  const { cx, chat, open } = props;
  const [to, setTo] = useState("");
  const [isWrong, setWrong] = useState(false);
  const others = inOrder(cx.messenger.chats.value.values()).filter((c) => c.state === "given" && c.chat !== chat.chat);
  const submit = (/** @type {Event} */ event, /** @type {() => void} */ close) => {
    event.preventDefault();
    if (!to) return setWrong(true);
    cx.messenger.sender.send(to, { type: "forward", forward: { chat: chat.chat, seq: open.seq } });
    close();
    cx.go(to);
  };
  return html`<${Sheet} title="Forward to" onClose=${props.onClose}>${(/** @type {() => void} */ close) => others.length === 0
    ? html`<p>You have no other assistant to forward it to.</p>`
    : html`<form class="rows-form" onSubmit=${(/** @type {Event} */ e) => submit(e, close)}>
      <fieldset><legend class="visually-hidden">To whom?</legend>${others.map((c) => html`<label class="row"><input type="radio" name="to" checked=${to === c.chat} onChange=${() => { setTo(c.chat); setWrong(false); }} /><span><bdi>${c.assistant.name}</bdi><span class="meta">run by ${c.assistant.provider}</span></span></label>`)}</fieldset>
      <p class="meta">It gets the message and that it was forwarded, not from whom.</p>
      ${isWrong && html`<p class="error-text" role="alert">Choose one, or close.</p>`}
      <div class="actions"><button class="button">Forward</button></div></form>`}<//>`;
}
