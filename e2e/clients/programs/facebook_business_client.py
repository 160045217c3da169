"""facebook-business, changed in nothing but FacebookSession.GRAPH. Management calls alone."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from urllib.parse import parse_qs, urlparse

from facebook_business.adobjects.application import Application
from facebook_business.adobjects.whatsappbusinessaccount import WhatsAppBusinessAccount
from facebook_business.api import FacebookAdsApi
from facebook_business.session import FacebookSession
from rpc import serve, setting

# The one change from a program on the Graph API itself.
FacebookSession.GRAPH = setting("BOT_BASE_URL")

APP = setting("BOT_APP_ID")
# With the app's secret it sends appsecret_proof with every call.
api = FacebookAdsApi.init(APP, setting("BOT_APP_SECRET"), setting("BOT_ACCESS_TOKEN"))
app_session = FacebookSession(APP, None, f"{APP}|{setting('BOT_APP_SECRET')}")
app = Application(APP, api=FacebookAdsApi(app_session))
waba = WhatsAppBusinessAccount(setting("BOT_WABA_ID"), api=api)


class Endpoint(BaseHTTPRequestHandler):
    """It has no receiver; this ordinary one answers the handshakes of its subscriptions."""

    def do_GET(self) -> None:
        query = parse_qs(urlparse(self.path).query)
        known = query.get("hub.verify_token") == [setting("BOT_VERIFY_TOKEN")]
        body = query["hub.challenge"][0].encode() if known else b""
        self.send_response(200 if known else 403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


def done(_: object) -> dict[str, object]:
    # It takes `success` out of answers after it has looked: what is false there is an exception.
    return {"success": True}


def template_create(name: str, body: str, example: str) -> object:
    components = [{"type": "BODY", "text": body, "example": {"body_text": [[example]]}}]
    params = {"name": name, "language": "en_US", "category": "UTILITY", "components": components}
    made = waba.create_message_template(params=params)
    return {"id": made["id"], "status": made.export_all_data().get("status")}


def subscribe(url: str) -> object:
    params = {
        "object": "whatsapp_business_account",
        "callback_url": url,
        "verify_token": setting("BOT_VERIFY_TOKEN"),
        "fields": ["messages"],
    }
    return done(app.create_subscription(params=params))


def waba_callback(url: str) -> object:
    params = {"override_callback_uri": url, "verify_token": setting("BOT_VERIFY_TOKEN")}
    return done(waba.create_subscribed_app(params=params))


def subscribed() -> object:
    apps = waba.get_subscribed_apps()
    return {"ids": [one["whatsapp_business_api_data"]["id"] for one in apps]}


def subscriptions() -> object:
    return {"urls": [one["callback_url"] for one in app.get_subscriptions()]}


def flow_create(name: str, json: str) -> object:
    from json import dumps

    made = waba.create_flow(params={"name": name, "categories": ["OTHER"], "flow_json": dumps(json)})
    return {"id": made["id"]}


def waba_get() -> object:
    got = waba.api_get(fields=["id", "name", "timezone_id"])
    return {"id": got["id"], "name": got["name"]}


VERBS = {
    "template_create": template_create,
    "template_list": lambda: {"names": [one["name"] for one in waba.get_message_templates(fields=["name", "status"])]},
    "template_delete": lambda name: done(waba.delete_message_templates(params={"name": name})),
    "app_subscribe": subscribe,
    "app_subscriptions": subscriptions,
    "app_unsubscribe": lambda: done(app.delete_subscriptions(params={"object": "whatsapp_business_account"})),
    "waba": waba_get,
    "phones": lambda: {"ids": [one["id"] for one in waba.get_phone_numbers()]},
    "subscribed_apps": subscribed,
    "subscribed_apps_add": lambda: done(waba.create_subscribed_app()),
    "subscribed_apps_remove": lambda: done(waba.delete_subscribed_apps()),
    "waba_callback": waba_callback,
    "flow_create": flow_create,
    "flow_list": lambda: {"ids": [one["id"] for one in waba.get_flows()]},
}

if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(setting("BOT_PORT"))), Endpoint)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    serve(version("facebook_business"), VERBS)
