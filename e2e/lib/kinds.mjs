// One message of every kind that an assistant can send by raw calls, as the Cloud API writes them,
// and what a person sees of it. `{picture}` and the like are ids of uploaded files.

const replies = (/** @type {string[]} */ ...titles) => titles.map((title, i) => ({ type: "reply", reply: { id: `r${i}`, title } }));
const card = (/** @type {number} */ i, /** @type {string} */ text, /** @type {string} */ picture) => ({
  card_index: i, type: "cta_url", header: { type: "image", image: { id: picture } }, body: { text },
  action: { name: "cta_url", parameters: { display_text: "See it", url: `https://rooms.example/${i}` } },
});
const slide = (/** @type {number} */ i, /** @type {string} */ text, /** @type {string} */ picture) => ({
  card_index: i, type: "button", header: { type: "image", image: { id: picture } }, body: { text },
  action: { buttons: [{ type: "quick_reply", quick_reply: { id: `take-${i}`, title: "Take it" } }] },
});
const interactive = (/** @type {Record<string, unknown>} */ it) => ({ type: "interactive", interactive: it });

/**
 * @typedef {{name: string, send: (files: Record<string, string>) => Record<string, unknown>, sees: string}} Kind
 * `sees`: words by which the row is found.
 */

/** Without files. @type {Kind[]} */
export const PLAIN = [
  { name: "text", sees: "bold and italic", send: () => ({ type: "text", text: { body: "*bold* and _italic_, ~struck~, `code`\n- one\n- two\n> quoted\nhttps://example.org/page", preview_url: true } }) },
  { name: "location", sees: "Grand Place", send: () => ({ type: "location", location: { latitude: 50.84673, longitude: 4.35247, name: "Grand Place", address: "1000 Brussels" } }) },
  { name: "contacts", sees: "Ada Lovelace", send: () => ({ type: "contacts", contacts: [{ name: { formatted_name: "Ada Lovelace", first_name: "Ada", last_name: "Lovelace" }, org: { company: "Engines", title: "Analyst" }, phones: [{ phone: "+32 2 555 01 00", type: "WORK" }], emails: [{ email: "ada@example.org" }], addresses: [{ street: "1 Main Street", city: "Brussels", zip: "1000" }], urls: [{ url: "https://example.org/ada" }], birthday: "1815-12-10" }] }) },
  { name: "buttons", sees: "Which room?", send: () => interactive({ type: "button", header: { type: "text", text: "Rooms" }, body: { text: "Which room?" }, footer: { text: "Until noon" }, action: { buttons: replies("Sea view", "Hill view", "Neither") } }) },
  { name: "list", sees: "Which day?", send: () => interactive({ type: "list", body: { text: "Which day?" }, action: { button: "See the days", sections: [{ title: "Week", rows: [{ id: "m", title: "Monday", description: "from 9 o'clock" }, { id: "t", title: "Tuesday" }] }] } }) },
  { name: "cta-url", sees: "The rooms are on our page", send: () => interactive({ type: "cta_url", body: { text: "The rooms are on our page" }, action: { name: "cta_url", parameters: { display_text: "See the rooms", url: "https://rooms.example/list?x=1" } } }) },
  { name: "location-request", sees: "Where shall we fetch you?", send: () => interactive({ type: "location_request_message", body: { text: "Where shall we fetch you?" }, action: { name: "send_location" } }) },
  { name: "contact-request", sees: "Whom may we ask for?", send: () => interactive({ type: "request_contact_info", body: { text: "Whom may we ask for?" }, action: { name: "request_contact_info" } }) },
  { name: "call-permission", sees: "May we call you about it?", send: () => interactive({ type: "call_permission_request", body: { text: "May we call you about it?" }, action: { name: "call_permission_request" } }) },
  { name: "address", sees: "Where shall it go?", send: () => interactive({ type: "address_message", body: { text: "Where shall it go?" }, action: { name: "address_message", parameters: { country: "SG", values: { name: "Ada" }, saved_addresses: [{ id: "home", value: { address: "1 Orchard Road", city: "Singapore" } }] } } }) },
];

/** With files. @type {Kind[]} */
export const FILES = [
  { name: "image", sees: "The sea in the morning", send: (f) => ({ type: "image", image: { id: f.picture, caption: "The sea *in the morning*" } }) },
  { name: "video", sees: "A short film", send: (f) => ({ type: "video", video: { id: f.film, caption: "A short film" } }) },
  { name: "audio", sees: "", send: (f) => ({ type: "audio", audio: { id: f.sound } }) },
  { name: "voice", sees: "", send: (f) => ({ type: "audio", audio: { id: f.sound, voice: true } }) },
  { name: "document", sees: "The house rules", send: (f) => ({ type: "document", document: { id: f.paper, filename: "house-rules.pdf", caption: "The house rules" } }) },
  { name: "sticker", sees: "", send: (f) => ({ type: "sticker", sticker: { id: f.sticker } }) },
  { name: "buttons-image", sees: "Shall we keep it?", send: (f) => interactive({ type: "button", header: { type: "image", image: { id: f.picture } }, body: { text: "Shall we keep it?" }, action: { buttons: replies("Yes", "No") } }) },
  { name: "cta-document", sees: "Read before you come", send: (f) => interactive({ type: "cta_url", header: { type: "document", document: { id: f.paper, filename: "house-rules.pdf" } }, body: { text: "Read before you come" }, action: { name: "cta_url", parameters: { display_text: "Our page", url: "https://rooms.example/" } } }) },
  { name: "carousel-links", sees: "Three of our rooms", send: (f) => interactive({ type: "carousel", body: { text: "Three of our rooms" }, action: { cards: ["The sea room", "The hill room", "The garden room, with a longer text than the others have"].map((text, i) => card(i, text, f.picture)) } }) },
  { name: "carousel-replies", sees: "Two are still free", send: (f) => interactive({ type: "carousel", body: { text: "Two are still free" }, action: { cards: ["The attic", "The cellar"].map((text, i) => slide(i, text, f.picture)) } }) },
];

/** Templates: how each is made, and how it is sent. @type {Array<Kind & {make: Record<string, unknown>}>} */
export const TEMPLATES = [
  {
    name: "template", sees: "Your room is ready, Ada",
    make: { name: "room_ready", language: "en_US", category: "UTILITY", components: [
      { type: "HEADER", format: "TEXT", text: "Your stay" },
      { type: "BODY", text: "Your room is ready, {{1}}. Shall we expect you?", example: { body_text: [["Ada"]] } },
      { type: "FOOTER", text: "Sea hotel" },
      { type: "BUTTONS", buttons: [{ type: "QUICK_REPLY", text: "Yes" }, { type: "QUICK_REPLY", text: "Not today" }, { type: "URL", text: "The way", url: "https://rooms.example/way" }, { type: "PHONE_NUMBER", text: "Call us", phone_number: "+3225550100" }] },
    ] },
    send: () => ({ type: "template", template: { name: "room_ready", language: { code: "en_US" }, components: [{ type: "body", parameters: [{ type: "text", text: "Ada" }] }, { type: "button", sub_type: "quick_reply", index: "0", parameters: [{ type: "payload", payload: "COMING" }] }] } }),
  },
  {
    name: "template-offer", sees: "Two nights for one",
    make: { name: "two_for_one", language: "en_US", category: "MARKETING", components: [
      { type: "LIMITED_TIME_OFFER", limited_time_offer: { text: "This week only", has_expiration: true } },
      { type: "BODY", text: "Two nights for one, with this code." },
      { type: "BUTTONS", buttons: [{ type: "COPY_CODE", example: "SEA2FOR1" }, { type: "URL", text: "Book", url: "https://rooms.example/book" }] },
    ] },
    send: () => ({ type: "template", template: { name: "two_for_one", language: { code: "en_US" }, components: [
      { type: "limited_time_offer", parameters: [{ type: "limited_time_offer", limited_time_offer: { expiration_time_ms: Date.now() + 3 * 86_400_000 } }] },
      { type: "button", sub_type: "copy_code", index: "0", parameters: [{ type: "coupon_code", coupon_code: "SEA2FOR1" }] }] } }),
  },
];
