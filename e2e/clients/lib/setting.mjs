// One client, its assistant and a person who talks with it.

import { listed, register } from "../../lib/provider.mjs";
import { NotOffered, Program } from "./program.mjs";
import { told } from "./tls.mjs";
import { Visitor } from "./visitor.mjs";

/** @typedef {import('../../lib/exchange.mjs').Exchange} Exchange */

export class Setting {
  /** @param {Exchange} exchange @param {import('../roster.mjs').Client} client */
  constructor(exchange, client) {
    this.exchange = exchange;
    this.client = client;
    this.name = `On ${client.name.split("/").at(-1)}`;
    this.personName = "Ada ☎";
    /** @type {any} */
    this.account = null;
    /** The person as the client knows them. */
    this.to = "";
    /** Why the client cannot read what it is sent, if it cannot. */
    this.deaf = "";
    /** A text of the client's, by id and by place. */
    this.sentId = "";
    this.sentSeq = 0;
    /** @type {Record<string, string>} */
    this.asked = {};
    /** @type {Record<string, number>} */
    this.seqs = {};
    /** @type {(() => unknown)[]} */
    this.undo = [];
  }

  /** Starts the client; if it talks, a person chooses it and writes first. */
  async begin() {
    this.account = await register(this.exchange, { name: this.name });
    this.program = await this.starts();
    this.undo.push(() => this.program.stop());
    if (!this.client.talks) return;
    if (this.client.handshake !== "subscribes") await this.subscribes();
    await listed(this.exchange, this.account.phone_number_id);
    this.person = await Visitor.meets(this.exchange.url, this.account.phone_number_id, this.personName);
    this.undo.push(() => this.person.leaves());
    await this.person.says("hello");
    this.to = (await this.program.got({ event: "message", text: "hello" })).from;
    await this.listens();
  }

  starts() {
    const env = this.client.tls ? told(this.exchange) : {};
    return Program.start({ ...this.client.start, env }, this.account, this.exchange.url);
  }

  /** What a person does on the platform's pages when the client has no call for it. */
  async subscribes() {
    const { app_id: app, app_secret: secret, verify_token } = this.account;
    const body = { object: "whatsapp_business_account", callback_url: this.program.webhook, verify_token, fields: "messages" };
    await this.exchange.post(`/v25.0/${app}/subscriptions`, body, `${app}|${secret}`);
  }

  /** Whether the client's own receiver works; one is known whose does not. */
  async listens() {
    if (!this.program.has("own_receiver")) return;
    try {
      await this.program.ask("own_receiver");
    } catch (error) {
      if (!(error instanceof NotOffered)) throw error;
      this.deaf = error.message;
    }
  }

  /** Why the client does not offer it, as far as is known; nothing when it does. @param {import('../features/conversation.mjs').Feature} feature @returns {string | undefined} */
  lacks(feature) {
    if (feature.none?.(this.client)) return feature.none(this.client);
    if (feature.verb && !this.program.has(feature.verb)) return "";
    if (feature.talks && !this.client.talks) return "";
    return feature.reads && this.deaf ? this.deaf : undefined;
  }

  async end() {
    for (const step of this.undo.reverse()) await step();
  }
}
