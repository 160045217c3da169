"""pywa, changed in nothing but its base URL."""

import base64
import hashlib
import os
import threading
from importlib.metadata import version

from pywa import WhatsApp, types
from pywa.types import templates as t
from rpc import serve, setting, tell

PORT = int(setting("BOT_PORT"))

wa = WhatsApp(
    phone_id=setting("BOT_PHONE_NUMBER_ID"),
    token=setting("BOT_ACCESS_TOKEN"),
    app_id=setting("BOT_APP_ID"),
    app_secret=setting("BOT_APP_SECRET"),
    waba_id=setting("BOT_WABA_ID"),
    verify_token=setting("BOT_VERIFY_TOKEN"),
    callback_url=f"http://127.0.0.1:{PORT}",
    webhook_challenge_delay=1,
)
# The one change from a bot on WhatsApp itself.
wa.api._session.base_url = f"{setting('BOT_BASE_URL')}/v25.0"


def about(update: types.base_update.BaseUserUpdate) -> dict[str, object]:
    quoted = getattr(update, "reply_to_message", None)
    return {
        "id": update.id,
        "from": update.from_user.wa_id,
        "name": update.from_user.name,
        "quoted": quoted.id if quoted else None,
    }


@wa.on_message
def on_message(_: WhatsApp, msg: types.Message) -> None:
    more: dict[str, object] = {}
    if msg.reaction:
        more = {"emoji": msg.reaction.emoji, "to": msg.reaction.message_id}
    elif msg.location:
        more = {"latitude": msg.location.latitude, "longitude": msg.location.longitude}
    elif msg.media:
        media = msg.media
        more = {"media": media.id, "mime": media.mime_type, "sha256": media.sha256, "caption": msg.caption}
    tell(event="message", type=msg.type.value, text=msg.text, **about(msg), **more)


@wa.on_callback_button
def on_button(_: WhatsApp, btn: types.CallbackButton) -> None:
    tell(event="message", type="button", data=btn.data, title=btn.title, **about(btn))


@wa.on_callback_selection
def on_selection(_: WhatsApp, sel: types.CallbackSelection) -> None:
    tell(event="message", type="list", data=sel.data, title=sel.title, **about(sel))


@wa.on_message_status
def on_status(_: WhatsApp, status: types.MessageStatus) -> None:
    code = status.error.code if status.error else None
    tell(event="status", status=status.status.value, id=status.id, code=code)


# --- messages


def sent(message: object) -> dict[str, object]:
    return {"id": message.id}


def send_buttons(to: str, body: str, buttons: list[dict[str, str]]) -> object:
    return sent(wa.send_message(to, body, buttons=[types.Button(b["title"], b["id"]) for b in buttons]))


def send_list(to: str, body: str, button: str, sections: list[dict]) -> object:
    made = [
        types.Section(s["title"], [types.SectionRow(r["title"], r["id"], r.get("description")) for r in s["rows"]])
        for s in sections
    ]
    return sent(wa.send_message(to, body, buttons=types.SectionList(button, made)))


def send_contact(to: str, name: str, phone: str) -> object:
    card = types.Contact(
        name=types.Contact.Name(formatted_name=name, first_name=name.split()[0]),
        phones=[types.Contact.Phone(phone=phone, type="WORK")],
    )
    return sent(wa.send_contact(to, card))


def upload(bytes: str, mime: str, name: str) -> object:
    return {"id": wa.upload_media(base64.b64decode(bytes), mime_type=mime, filename=name).id}


def media_info(id: str) -> object:
    info = wa.get_media_url(id)
    return {"url": info.url, "mime": info.mime_type, "sha256": info.sha256, "size": info.file_size}


def download(id: str) -> object:
    got = wa.get_media_bytes(wa.get_media_url(id).url)
    return {"sha256": hashlib.sha256(got).hexdigest(), "size": len(got)}


MESSAGES = {
    "send_text": lambda to, body: sent(wa.send_message(to, body)),
    "send_reply": lambda to, body, quoted: sent(wa.send_message(to, body, reply_to_message_id=quoted)),
    "send_buttons": send_buttons,
    "send_list": send_list,
    "send_link_button": lambda to, body, label, url: sent(wa.send_message(to, body, buttons=types.URLButton(label, url))),
    "send_location": lambda to, latitude, longitude, name, address: sent(
        wa.send_location(to, latitude, longitude, name, address)
    ),
    "send_contact": send_contact,
    "react": lambda to, id, emoji: sent(wa.send_reaction(to, emoji, id)),
    "read": lambda id: {"success": bool(wa.mark_message_as_read(id))},
    "typing": lambda id: {"success": bool(wa.indicate_typing(id))},
    "upload": upload,
    "media_info": media_info,
    "download": download,
    "delete_media": lambda id: {"success": bool(wa.delete_media(id))},
    "send_image": lambda to, media, caption: sent(wa.send_image(to, media, caption)),
    "send_image_link": lambda to, link: sent(wa.send_image(to, link)),
    "send_document": lambda to, media, name: sent(wa.send_document(to, media, filename=name)),
    "send_voice": lambda to, media: sent(wa.send_voice(to, media)),
}

# --- templates


def template_create(name: str, body: str, example: str) -> object:
    made = wa.create_template(
        t.Template(
            name=name,
            category=t.TemplateCategory.UTILITY,
            language=t.TemplateLanguage.ENGLISH_US,
            components=[t.BodyText(body, example)],
        )
    )
    return {"id": made.id, "status": made.status.value}


def template_send(to: str, name: str, value: str) -> object:
    return sent(wa.send_template(to, name, t.TemplateLanguage.ENGLISH_US, [t.BodyText.params(value)]))


TEMPLATES = {
    "template_create": template_create,
    "template_list": lambda: {"names": [one.name for one in wa.get_templates()]},
    "template_send": template_send,
    "template_delete": lambda name: {"success": bool(wa.delete_template(name))},
}

# --- numbers and accounts


def app_token() -> str:
    return wa.get_app_access_token(int(setting("BOT_APP_ID")), setting("BOT_APP_SECRET"))


def subscribe(url: str) -> object:
    done = wa.set_app_callback_url(
        int(setting("BOT_APP_ID")), app_token(), url, setting("BOT_VERIFY_TOKEN"), ("messages",)
    )
    return {"success": bool(done)}


def phone() -> object:
    got = wa.get_business_phone_number()
    return {"id": got.id, "name": got.verified_name, "number": got.display_phone_number}


def profile_set(about: str) -> object:
    return {"success": bool(wa.update_business_profile(about=about))}


def flow_create(name: str, json: dict) -> object:
    made = wa.create_flow(name, ["OTHER"], flow_json=json)
    return {"id": made.id}


ACCOUNT = {
    "app_token": lambda: {"token": app_token()},
    "app_subscribe": subscribe,
    "phone": phone,
    "phones": lambda: {"ids": [one.id for one in wa.get_business_phone_numbers()]},
    "profile": lambda: {"about": wa.get_business_profile().about},
    "profile_set": profile_set,
    "waba": lambda: {"id": wa.get_business_account().id, "name": wa.get_business_account().name},
    "waba_callback": lambda url: {"success": bool(wa.override_waba_callback_url(url, setting("BOT_VERIFY_TOKEN")))},
    "phone_callback": lambda url: {"success": bool(wa.override_phone_callback_url(url, setting("BOT_VERIFY_TOKEN")))},
    "phone_callback_delete": lambda: {"success": bool(wa.delete_phone_callback_url())},
    "register": lambda pin: {"success": bool(wa.register_phone_number(pin))},
    "deregister": lambda: {"success": bool(wa.deregister_phone_number())},
    "request_code": lambda: {"success": bool(wa.request_verification_code(code_method="SMS", language_code="en_US"))},
    "verify_code": lambda code: {"success": bool(wa.verify_phone_number(code))},
    "block": lambda user: {"users": [one.wa_id or one.input for one in wa.block_users([user]).added_users]},
    "blocked": lambda: {"users": [one.wa_id for one in wa.get_blocked_users()]},
    "unblock": lambda user: {"users": [one.wa_id or one.input for one in wa.unblock_users([user]).removed_users]},
    "qr_create": lambda text: {"code": wa.create_qr_code(text).code},
    "qr_list": lambda: {"codes": [one.code for one in wa.get_qr_codes()]},
    "qr_update": lambda code, text: {"text": wa.update_qr_code(code, text).prefilled_message},
    "qr_delete": lambda code: {"success": bool(wa.delete_qr_code(code))},
    "settings": lambda: {"settings": str(wa.get_business_phone_number_settings())},
    "commerce": lambda: {"cart": wa.get_commerce_settings().is_cart_enabled},
    "commerce_set": lambda cart: {"success": bool(wa.update_commerce_settings(is_cart_enabled=cart))},
    "automation_set": lambda words: {"success": bool(wa.update_conversational_automation(ice_breakers=words))},
    "flow_create": flow_create,
    "flow_list": lambda: {"ids": [one.id for one in wa.get_flows()]},
    "flow_asset": lambda id, json: {"valid": bool(wa.update_flow_json(id, json))},
    "flow_publish": lambda id: {"success": bool(wa.publish_flow(id))},
    "flow_delete": lambda id: {"success": bool(wa.delete_flow(id))},
}


def answer_verbs() -> None:
    serve(version("pywa"), MESSAGES | TEMPLATES | ACCOUNT)
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=answer_verbs, daemon=True).start()
    wa.run(host="127.0.0.1", port=PORT, log_level="warning")
