"""An ordinary pywa echo bot. Of Strowger it knows one thing: the base URL.

What it received goes to standard output, one JSON object a line, for the test to read.
"""

import json
import os
import sys

from pywa import WhatsApp, filters, types

BASE = os.environ["BOT_BASE_URL"]
PORT = int(os.environ["BOT_PORT"])

wa = WhatsApp(
    phone_id=os.environ["BOT_PHONE_NUMBER_ID"],
    token=os.environ["BOT_ACCESS_TOKEN"],
    app_id=os.environ["BOT_APP_ID"],
    app_secret=os.environ["BOT_APP_SECRET"],
    verify_token=os.environ["BOT_VERIFY_TOKEN"],
    callback_url=f"http://127.0.0.1:{PORT}",
)
# The one change from a bot on WhatsApp itself.
wa.api._session.base_url = f"{BASE}/v25.0"


def tell(**what: object) -> None:
    # One write a line: handlers run in several threads.
    sys.stdout.write(json.dumps(what, ensure_ascii=False) + "\n")
    sys.stdout.flush()


@wa.on_message(filters.text)
def on_text(_: WhatsApp, msg: types.Message) -> None:
    quoted = msg.reply_to_message.id if msg.reply_to_message else None
    tell(event="text", id=msg.id, text=msg.text, name=msg.from_user.name, quoted=quoted)
    msg.mark_as_read()
    match msg.text:
        case "menu":
            sent = msg.reply(
                "Which room?",
                footer="Two are free",
                buttons=[types.Button("Sea view", "room:sea"), types.Button("Hill view", "room:hill")],
            )
        case "days":
            rows = [
                types.SectionRow("Monday", "day:mon", "from 9 o'clock"),
                types.SectionRow("Tuesday", "day:tue", "from 10 o'clock"),
            ]
            sent = msg.reply("Which day?", buttons=types.SectionList("See the days", [types.Section("This week", rows)]))
        case "quote me":
            sent = msg.reply("quoted", quote=True)
        case "react":
            sent = msg.react("👍")
        case "type":
            msg.indicate_typing()
            return
        case text:
            sent = msg.reply(f"echo: {text}")
    tell(event="sent", id=sent.id)


@wa.on_callback_button
def on_button(_: WhatsApp, btn: types.CallbackButton) -> None:
    tell(event="button", data=btn.data, title=btn.title, quoted=btn.reply_to_message.id)
    btn.reply(f"button {btn.data}")


@wa.on_callback_selection
def on_selection(_: WhatsApp, sel: types.CallbackSelection) -> None:
    tell(event="list", data=sel.data, title=sel.title, quoted=sel.reply_to_message.id)
    sel.reply(f"list {sel.data}")


@wa.on_message(filters.reaction)
def on_reaction(_: WhatsApp, msg: types.Message) -> None:
    tell(event="reaction", emoji=msg.reaction.emoji, to=msg.reaction.message_id)


@wa.on_message_status
def on_status(_: WhatsApp, status: types.MessageStatus) -> None:
    tell(event="status", status=status.status.value, id=status.id)


@wa.on_raw_update
def on_raw(_: WhatsApp, update: types.RawUpdate) -> None:
    tell(event="raw", field=update.field)


if __name__ == "__main__":
    print(f"pywa bot on port {PORT}", file=sys.stderr)
    wa.run(host="127.0.0.1", port=PORT, log_level="warning")
