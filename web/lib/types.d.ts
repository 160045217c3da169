/** Shapes of the messenger's own API (docs/api/messenger.md) and of what the browser keeps. */

export type Answered = string | null;
export type Option = { id: string; title: string };
export type Row = { id: string; title: string; description?: string | null };
export type Section = { title?: string | null; rows: Row[] };

/** One message. `seq` is dense from 1 within a chat; `at` is unix milliseconds. */
export type Message = {
  seq: number;
  from: "person" | "assistant" | "exchange";
  at: number;
  type: "text" | "buttons" | "list" | "button_reply" | "list_reply" | "reaction" | "notice" | string;
  context_seq?: number | null;
  error?: { code: number; title: string; details?: string | null } | null;
  client_id?: string | null;
  text?: { body: string };
  header?: string | null;
  body?: string;
  footer?: string | null;
  buttons?: Option[];
  button?: string;
  sections?: Section[];
  answered?: Answered;
  reply?: { id: string; title: string; description?: string | null };
  reaction?: { seq: number; emoji: string };
  notice?: { kind: string; text: string };
};

export type Assistant = {
  id: string;
  name: string;
  provider: string;
  automation: "ai" | "automated";
  human_contact: string | null;
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
};

/** What is held of a chat: every seq from `first` to `last`; `held` waits beyond a hole. */
export type Log = { first: number; last: number; messages: Message[]; held: Message[] };

/** What is sent; `reply.title` and `.description` are for showing only. */
export type Request =
  | { type: "text"; text: { body: string }; context_seq?: number | null }
  | { type: "reaction"; reaction: { seq: number; emoji: string } }
  | { type: "button_reply" | "list_reply"; reply: Row; context_seq: number };

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
export type Shown = Omit<Message, "seq"> & { seq: number | null; key: string; entry?: Entry };

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
