"""What stands for the collections' placeholders, and what has to be there before a request."""

import re
from collections.abc import Callable

import files
from stage import VERSION, Stage

KEY = (
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEArt5jAPHF6r7o5n2LNqyw\n"
    "6DQ3nPgxAbAu8Eh1ejXyA/9R78tMaykNWV4o8DjwboutFhbOUyAJoDI1zmuhsSzR\n"
    "qrHcXKS3PwlBhXmQ60LOSVzHELphndwkKVtOmzA21vbugC10X5Qn3KrvH4ql6EOp\n"
    "SQnTULWkcJCzLHEJlm4kUrAqsDMls/P1JBocH51QyJ0GdlbzKEx6Nw0ohFjZucGb\n"
    "61vNBHwj35njg3gPd+7HVNGTk29MJdojdew5OyEwBmoelMiwLbdjizSbxBdhVEq+\n"
    "ow6Kb9K25lCZmKPvelxXXrE6vWh0kH+PsYR8y+ZdQOK8NFstnHT8JZZWfksv/CJR\n"
    "6wIDAQAB\n"
    "-----END PUBLIC KEY-----\n"
)

#: Placeholders that stand for something of the stage.
OF_STAGE: dict[str, Callable[[Stage], str]] = {
    "{{Version}}": lambda _: VERSION,
    "{{base-url}}": lambda stage: f"{stage.exchange.url}/{VERSION}",
    "{{Phone-Number-ID}}": lambda stage: stage.number,
    "{{business-phone-number-id}}": lambda stage: stage.number,
    "<PHONE_NUMBER_ID>": lambda stage: stage.number,
    "{{WABA-ID}}": lambda stage: stage.account,
    "{{waba-id}}": lambda stage: stage.account,
    "<SOURCE_WABA_ID>": lambda stage: stage.account,
    # The portfolio is found where a client finds it: at the account.
    "{{Business-ID}}": lambda stage: portfolio(stage),
    "{{User-Access-Token}}": lambda stage: stage.token,
    "{{Recipient-Phone-Number}}": lambda stage: stage.person.wa_id,
    "{{Recipient-WA-ID}}": lambda stage: stage.person.wa_id,
    "{{Recipient-WA-Phone-Number}}": lambda stage: stage.person.wa_id,
    "{{customer-phone-number}}": lambda stage: stage.person.wa_id,
    "<CONTACT_WA_ID>": lambda stage: stage.person.wa_id,
    "<MSGID_OF_PREV_MSG>": lambda stage: stage.heard,
    "<MSGID_OF_MSG_YOU_ARE_REPLYING_TO>": lambda stage: stage.heard,
    "<WAM_ID>": lambda stage: stage.heard,
    "<INCOMING_MSG_ID>": lambda stage: stage.heard,
    "<WHATSAPP_MESSAGE_ID>": lambda stage: stage.heard,
    "<IMAGE_OBJECT_ID>": lambda stage: stage.media("image"),
    "<AUDIO_OBJECT_ID>": lambda stage: stage.media("audio"),
    "<DOCUMENT_OBJECT_ID>": lambda stage: stage.media("document"),
    "<VIDEO_OBJECT_ID>": lambda stage: stage.media("video"),
    "<MEDIA_OBJECT_ID>": lambda stage: stage.media("sticker"),
    "{{Media-ID}}": lambda stage: stage.media("image"),
    "<http(s)://image-url>": lambda stage: stage.link("image"),
    "<http(s)://audio-url>": lambda stage: stage.link("audio"),
    "http(s)://image-url": lambda stage: stage.link("image"),
    "http(s)://the-image-url": lambda stage: stage.link("image"),
    "http(s)://the-url": lambda stage: stage.link("image"),
    "http(s)://audio-url": lambda stage: stage.link("audio"),
    "<http(s)://document-url>": lambda stage: stage.link("document"),
    "<http(s)://sticker-url>": lambda stage: stage.link("sticker"),
    "<http(s)://video-url>": lambda stage: stage.link("video"),
    "{{Media-URL}}": lambda stage: media_path(stage),
    "<TEMPLATE_ID>": lambda stage: PROMO(stage),
    "<HSM_ID>": lambda stage: PROMO(stage),
    "{{Flow-ID}}": lambda stage: stage.flow,
    "{{flow-id}}": lambda stage: stage.flow,
    "{{Flow-Name}}": lambda stage: stage.flow_name,
    "{{flow-name}}": lambda stage: stage.flow_name,
    "{{Upload-ID}}": lambda stage: stage.upload(),
    "<IMAGE_HANDLE_ID>": lambda stage: stage.handle(),
    "<QR_CODE_ID>": lambda stage: stage.qr_code,
    "<CODE>": lambda stage: stage.qr_code,
    "<your-requested-code>": lambda stage: stage.code(),
    "<ALTERNATE_WEBHOOK_ENDPOINT_URL>": lambda stage: f"{stage.sink.url}/other",
    # What the saved examples name instead.
    "+16505551234": lambda stage: stage.person.wa_id,
    "16315555555": lambda stage: stage.person.wa_id,
    "wamid.HBgLM...": lambda stage: stage.heard,
    "wamid.234123": lambda stage: stage.heard,
    "wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQUYzMjEzNDM2RTZGQ0MzMDJBRgA=": lambda stage: stage.heard,
    "https://alternate-endpoint-callback.com/webhook": lambda stage: f"{stage.sink.url}/other",
    "920070352646140": lambda stage: PROMO(stage),
    "1407680676729941": lambda stage: stage.template("order_confirmation", [{"type": "BODY", "text": "Thank you!"}]),
    "ANED2T5QRU7HG1": lambda stage: stage.qr_code,
    "FO7JXE4BG3RFG1": lambda stage: stage.qr_code,
    "WOMVT6TJ2BP7A1": lambda stage: stage.qr_code,
    "AWHPX5O6XYVUM1": lambda stage: stage.qr_code,
}

#: Placeholders whose words have a form.
WORDS = {
    "<your-6-digit-pin>": "123456",
    "<6-digit-pin>": "123456",
    "6-digit-pin": "123456",
    "<PIN>": "123456",
    "<EMOJI>": "\N{THUMBS UP SIGN}",
    "<WORK|HOME>": "WORK",
    "<HOME|WORK>": "HOME",
    "<CONTACT_BIRTHDAY>": "1990-04-30",
    "<CONTACT_EMAIL>": "kerry@example.org",
    "<CONTACT_PHONE>": "+16505550000",
    "<CONTACT_URL>": "https://example.org/",
    "<ADDRESS_COUNTRY_CODE>": "US",
    "<LOCATION_LATITUDE>": "37.483307",
    "<LOCATION_LONGITUDE>": "-122.148376",
    "<DOCUMENT_FILENAME>": "order.pdf",
    "<HEADER_TYPE>": "text",
    "<TEMPLATE_NAME>": "2023_april_promo",
    "<NAME>": "2023_april_promo",
    "template-name": "contract_template",
    "language-and-locale-code": "en_US",
    "<SCREEN_ID>": "WELCOME_SCREEN",
    "<business-email>": "kerry@example.org",
    "<https://website-1>": "https://example.org/1",
    "<https://website-2>": "https://example.org/2",
    "<business-industry>": "RETAIL",
    "<YOUR_FILE_LENGTH>": str(len(files.BYTES["image"])),
    "<GENERATE_QR_IMAGE>": "SVG",
    "<IS_REGISTERED>": "true",
    "<ENTITY_TYPE>": "PARTNERSHIP",
    "<GRIEVANCE_OFFER_EMAIL>": "kerry@example.org",
    "<CUSTOMER_CARE_EMAIL>": "kerry@example.org",
    "<GRIEVANCE_OFFER_MOBILE_NUMBER>": "+913854559033",
    "<GRIEVANCE_OFFER_LANDLINE_NUMBER>": "+913857614343",
    "<CUSTOMER_CARE_MOBILE_NUMBER>": "+913854559034",
    "<CUSTOMER_CARE_LANDLINE_NUMBER>": "+913857614344",
    # Meta's key is shortened with dots; nobody could read it.
    "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKC\n...\n8QIDAQAB\n-----END PUBLIC KEY-----": KEY,
}

#: Any other placeholder in angle brackets stands for its own words; {{1}} belongs to templates.
PLAIN = re.compile(r"<([A-Za-z0-9_-]+)>")
#: A handle of an uploaded file; those of PDFs say so, in base64.
HANDLE = re.compile(r"4::(YXBwbGljYXRpb24vcGRm)?[\w:=+/.-]*")
LEFT = re.compile(r"\{\{[^0-9}][^}]*\}\}|<[^<>\n]*>|http\(s\)")


def portfolio(stage: Stage) -> str:
    """The business that owns the account."""
    answer = stage.call("GET", stage.account, params={"fields": "owner_business_info"}).json()
    owner = answer.get("owner_business_info") if isinstance(answer, dict) else None
    return owner["id"] if isinstance(owner, dict) else "2"


def media_path(stage: Stage) -> str:
    """The address of an uploaded file, as the collection wants it: after the version."""
    url = stage.call("GET", stage.media("image")).json().get("url", "")
    return url.removeprefix(f"{stage.exchange.url}/").removeprefix(f"{VERSION}/") or "1"


def fill(text: str, stage: Stage, escape: Callable[[str], str] = str) -> str:
    """The text with every placeholder replaced."""
    for placeholder, word in WORDS.items():
        text = text.replace(escape(placeholder), escape(word))
    for placeholder, value in OF_STAGE.items():
        if placeholder in text:
            text = text.replace(placeholder, escape(value(stage)))
    text = HANDLE.sub(lambda found: stage.handle("document" if found[1] else "image"), text)
    text = PLAIN.sub(lambda found: found[1], text)
    left = LEFT.search(text)
    if left:
        raise ValueError(f"a placeholder that nothing stands for: {left[0]}")
    return text


BODY = {"type": "BODY", "text": "Your {{1}} costs {{2}} on {{3}} for all.", "example": {"body_text": [["a", "b", "c"]]}}


def _replies(*texts: str) -> dict:
    return {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": text} for text in texts]}


def _image(stage: Stage) -> dict:
    return {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": [stage.handle()]}}


def PROMO(stage: Stage) -> str:  # noqa: N802 - a template like the others below
    """The template of the collection's own examples."""
    text = "Hi {{1}}, our Fall Sale is on! Use promo code {{2}} Get an extra 25% off every order above $350!"
    components = [
        {"type": "HEADER", "format": "TEXT", "text": "Fall Sale"},
        {"type": "BODY", "text": text, "example": {"body_text": [["Mark", "FALL25"]]}},
        {"type": "FOOTER", "text": "Not interested in any of our sales? Tap Stop Promotions"},
        _replies("Stop promotions"),
    ]
    return stage.template("2023_april_promo", components, category="MARKETING")


def _to_delete(stage: Stage) -> None:
    PROMO(stage)
    stage.template("seasonal_promotion_text_only", [{"type": "BODY", "text": "Our sale is on!"}])


def _hello(stage: Stage) -> None:
    stage.template("hello_world", [{"type": "BODY", "text": "Welcome and congratulations!!"}])


def _body(name: str, text: str, examples: list[str], *more: dict) -> Callable[[Stage], None]:
    body = {"type": "BODY", "text": text, "example": {"body_text": [examples]}}
    return lambda stage: stage.template(name, [body, *more], category="MARKETING") and None


def _contract(stage: Stage) -> None:
    stage.template("contract_template", [BODY])


def _flow_template(stage: Stage) -> None:
    button = {"type": "FLOW", "text": "Open", "flow_id": stage.published(), "navigate_screen": "WELCOME_SCREEN", "flow_action": "navigate"}
    components = [{"type": "BODY", "text": "Check out this new offer"}, {"type": "BUTTONS", "buttons": [button]}]
    stage.template("2023_april_promo", components)


def _block(stage: Stage) -> None:
    users = {"messaging_product": "whatsapp", "block_users": [{"user": stage.person.wa_id}]}
    stage.call("POST", f"{stage.number}/block_users", json=users)


def _profile(stage: Stage) -> None:
    profile = {
        "messaging_product": "whatsapp",
        "address": "1 Hacker Way",
        "description": "business-description",
        "vertical": "RETAIL",
        "about": "profile-about-text",
        "email": "kerry@example.org",
        "websites": ["https://example.org/1"],
        "profile_picture_handle": stage.handle(),
    }
    stage.call("POST", f"{stage.number}/whatsapp_business_profile", json=profile)


def _key(stage: Stage) -> None:
    stage.call("POST", f"{stage.number}/whatsapp_business_encryption", files={"business_public_key": (None, KEY)})


def _code(stage: Stage) -> None:
    stage.call("POST", f"{stage.number}/request_code", json={"code_method": "SMS", "language": "en_US"})


def _flows(stage: Stage) -> None:
    for name in ("appointment", "leadgen"):
        stage.makes(f"{stage.account}/flows", files={"name": (None, name), "categories": (None, '["OTHER"]')})


#: What must be there first, by the request's own name.
BEFORE: dict[str, Callable[[Stage], object]] = {
    "Send Test Message": _hello,
    # Examples of these two were saved with the request of "Send Message Template Text".
    "Send Sample Text Message": lambda stage: (_hello(stage), _contract(stage)),
    "Send Sample Shipping Confirmation Template": lambda stage: (
        _body("sample_shipping_confirmation", "It comes in {{1}} days.", ["2"])(stage),
        _contract(stage),
    ),
    "Send Sample Issue Resolution Template": _body(
        "sample_issue_resolution", "Hi {{1}}, was it solved?", ["Ann"], _replies("Yes", "No")
    ),
    "Send Message Template Text": lambda stage: _contract(stage),
    "Send Message Template Media": lambda stage: stage.template("contract_template", [_image(stage), BODY]),
    "Send Message Template Interactive": lambda stage: stage.template(
        "contract_template", [_image(stage), BODY, _replies("Yes", "No")]
    ),
    "Send Catalog Template Message": _body(
        "intro_catalog_offer",
        "Get {{1}} off above {{2}} for your first {{3}} orders!",
        ["100", "400", "3"],
        {"type": "BUTTONS", "buttons": [{"type": "CATALOG", "text": "View catalog"}]},
    ),
    "Send Flow Template Message": _flow_template,
    "Get template by name (default fields)": PROMO,
    "Get all templates (default fields)": PROMO,
    "Delete template by name": _to_delete,
    "Send Published Flow by Name": Stage.published,
    "Send Published Flow by ID": Stage.published,
    "Send Draft Flow by Name": lambda stage: stage.flow,
    "Create Flow Template Message by Name": Stage.published,
    "Create Flow Template Message by ID": Stage.published,
    "Deprecate Flow": Stage.published,
    "List Flows": lambda stage: stage.flow,
    "Migrate Flows": _flows,
    "Get Business Profile": _profile,
    "Get Encryption Public Key": _key,
    "Verify Code": _code,
    "Get Flow": Stage.with_endpoint,
    "Get blocked users": _block,
    "Unblock user(s)": _block,
    "Get all QR codes (default fields)": lambda stage: stage.qr_code,
    "Get all QR codes (specific fields)": lambda stage: stage.qr_code,
}
