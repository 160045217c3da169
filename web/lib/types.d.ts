/** Shapes of the messenger's own API (docs/api/messenger.md) and of what the browser keeps. */

export type Answered = string | null;
export type Option = { id: string; title: string };
export type Row = { id: string; title: string; description?: string | null };
export type Section = { title?: string | null; rows: Row[] };

/** A kept file, as the exchange describes it. */
export type Media = { id: number; mime: string; sha256: string; size_bytes: number; width?: number; height?: number };
export type Source = { kept?: Media; link?: string };
export type MediaKind = "image" | "video" | "audio" | "document" | "sticker";
export type Location = { latitude: number; longitude: number; name?: string | null; address?: string | null; url?: string | null };
export type Header = string | { kind: MediaKind; source: Source; filename?: string } | Location;
type Texts = Record<string, string>;
export type ContactCard = { name: Texts; phones?: Texts[]; emails?: Texts[]; addresses?: Texts[]; org?: Texts; urls?: Texts[]; birthday?: string };
export type Product = { catalog: number; retailer_id: string; name?: string; price_cents?: number; currency?: string; description?: string };
export type CardButton = { kind: "reply"; id: string; title: string } | { kind: "url"; label: string; url: string };
export type TemplateButton =
  | { kind: "reply"; text: string; payload: string }
  | { kind: "url"; text: string; url: string }
  | { kind: "phone"; text: string; phone: string }
  | { kind: "copy"; text: string; code: string }
  | { kind: "flow"; flow: { label: string } }
  | { kind: "products"; text: string; catalog?: number | null; sections?: Array<{ title?: string; products: Product[] }> }
  | { kind: "contact"; text: string };
export type Card = { header?: Header; product?: Product; body?: string; buttons?: Array<CardButton | TemplateButton> };
export type AddressField = { name: string; label: string; required: boolean };

/**
 * One message. `seq` is dense from 1 within a chat; `at` is unix milliseconds. What a type has
 * beside these is in docs/api/messenger.md.
 */
export type Message = {
  seq: number;
  from: "person" | "assistant" | "exchange";
  at: number;
  type: string;
  context_seq?: number | null;
  error?: { code: number | string; title: string; details?: string | null } | null;
  client_id?: string | null;
  forwards?: number;
  product?: any;
  played?: boolean;
  text?: { body: string };
  header?: Header | null;
  body?: string;
  footer?: string | null;
  buttons?: any[];
  button?: string;
  sections?: any[];
  cards?: any[];
  answered?: Answered;
  reply?: { id: string; title: string; description?: string | null };
  reaction?: { seq: number; emoji: string };
  notice?: { kind: string; text: string };
  kind?: MediaKind | null;
  source?: Source;
  caption?: string | null;
  filename?: string | null;
  voice?: boolean;
  animated?: boolean;
  latitude?: number;
  longitude?: number;
  name?: string | null;
  address?: string | null;
  requested?: boolean;
  label?: string;
  url?: string | null;
  flow?: { label: string };
  form?: any;
  fields?: AddressField[];
  thumbnail?: Product;
  category?: string;
  offer?: string;
  offer_ends_ms?: number;
  call_permission?: boolean;
  note?: string | null;
  items?: Array<{ retailer_id: string; quantity: number; price_cents?: number; currency?: string }>;
  accepted?: boolean;
  permanent?: boolean;
  what?: string;
};

export type Assistant = {
  id: string;
  name: string;
  provider: string;
  automation: "ai" | "automated";
  human_contact: string | null;
  /** What it offers before anything is written, and its commands. */
  offers?: { prompts: string[]; commands: Array<{ name: string; description: string }> };
};

export type Chat = {
  chat: string;
  assistant: Assistant;
  state: "given" | "withdrawn";
  last_seq: number;
  delivered_seq: number;
  read_seq: number;
  seen_seq: number;
  unread: number;
  last: Message | null;
  window_until: number | null;
  marketing?: boolean;
  blocked?: boolean;
  /** Until when it may call; the largest number: for good. */
  calls_until?: number | null;
};

/** What is held of a chat: every seq from `first` to `last`; `held` waits beyond a hole. */
export type Log = { first: number; last: number; messages: Message[]; held: Message[] };

/** What is sent; `reply.title`, `.description` and `show` are for showing only. */
export type Request = { context_seq?: number | null; show?: Record<string, unknown> } & (
  | { type: "text"; text: { body: string }; product?: string }
  | { type: "reaction"; reaction: { seq: number; emoji: string } }
  | { type: "button_reply" | "list_reply" | "template_reply"; reply: Row }
  | ({ type: "location" } & Location)
  | { type: "contacts"; cards: ContactCard[]; requested?: boolean }
  | { type: "order"; items: Array<{ retailer_id: string; quantity: number }>; note?: string }
  | { type: "call_permission_reply"; accepted: boolean; permanent: boolean }
  | { type: "address_reply"; values?: Texts; saved?: string }
  | { type: "forward"; forward: { chat: string; seq: number } }
  | { type: "media"; media: { id: string | number; kind: MediaKind; caption?: string; filename?: string; voice?: boolean } }
);

/** Something the person sent that the exchange has not accepted yet. */
export type Entry = {
  client_id: string;
  chat: string;
  at: number;
  state: "waiting" | "failed";
  why?: string;
  request: Request;
};

export type Tick = "waiting" | "sent" | "delivered" | "read" | "failed";

/** A message as shown: one of the chat, or an entry of the outbox made to look like one. */
export type Shown = Omit<Message, "seq" | "key" | "entry"> & { seq: number | null; key: string; entry?: Entry };

export type TimelineRow =
  | { kind: "day"; key: string; at: number }
  | { kind: "unread"; key: string; count: number }
  | { kind: "note"; key: string; message: Shown }
  | { kind: "message"; key: string; message: Shown; first: boolean };

export type Inline =
  | string
  | { t: "b" | "i" | "s"; c: Inline[] }
  | { t: "code"; text: string }
  | { t: "link"; href: string; text: string };
export type Block =
  | { t: "p"; c: Inline[] }
  | { t: "ul"; items: Inline[][] }
  | { t: "ol"; start: number; items: Inline[][] }
  | { t: "quote"; c: Block[] }
  | { t: "pre"; text: string };

/** The part of `localStorage` that is used. */
export type Store = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;
