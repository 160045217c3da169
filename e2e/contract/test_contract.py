"""The comparers find what they are there to find."""

import unittest
from types import SimpleNamespace

import calls
import differences
import openapi
import placeholders
import postman
import shapes
import webhooks


class Shapes(unittest.TestCase):
    def test_a_missing_key_another_type_and_an_empty_list_are_found(self):
        example = {"data": [{"id": "1", "name": "a"}, {"id": "2"}], "n": 1, "paging": {"next": "x"}}
        self.assertEqual(shapes.compare([example], {**example, "more": None}), [])
        answer = {"data": [{"id": 7}, {"id": 8}], "n": "1", "paging": {}}
        wanted = ["data[].id: number for string", "n: string for number", "paging.next: missing"]
        self.assertEqual(shapes.compare([example], answer), wanted)
        self.assertEqual(shapes.compare([example], {**example, "data": []}), ["data: empty"])
        self.assertEqual(shapes.compare([example], []), ["the answer: array for object"])
        some = {"data": [{"errors": []}, {"errors": [{"line": 1}]}]}
        self.assertEqual(shapes.compare([some], {"data": [{"errors": []}]}), [])
        self.assertEqual(shapes.compare([some], {"data": [{"errors": [{}]}]}), ["data[].errors[].line: missing"])

    def test_null_and_booleans_are_no_strings_or_numbers(self):
        self.assertEqual(shapes.compare([{"a": "x", "b": 1}], {"a": None, "b": True}), ["a: null for string", "b: boolean for number"])
        self.assertEqual(shapes.compare([{"a": None}], {"a": 3}), [])

    def test_noise_of_the_examples_is_passed_over_only_where_it_is_known(self):
        self.assertEqual(shapes.compare([{"success": "true"}], {"success": True}), [])
        self.assertEqual(shapes.compare([{"success": True}], {"success": "true"}), ["success: string for boolean"])
        self.assertEqual(shapes.compare([{"other": "true"}], {"other": True}), ["other: boolean for string"])

    def test_the_nearest_example_counts(self):
        self.assertEqual(shapes.compare([{"id": "1"}, {"h": "2"}], {"h": "3"}), [])

    def test_an_error_must_be_graphs(self):
        good = {"error": {"message": "m", "type": "OAuthException", "code": 100, "fbtrace_id": "A"}}
        self.assertEqual(shapes.envelope(400, good), [])
        self.assertEqual(len(shapes.envelope(404, {"detail": "no"})), 1)
        self.assertEqual(shapes.envelope(400, {"error": {**good["error"], "code": "100"}}), ["error.code: not a number"])


class Differences(unittest.TestCase):
    def test_what_is_not_listed_and_what_no_longer_occurs_are_both_told(self):
        listed = {("a", "x: missing"), ("b", "refused: 100/33")}
        found = {("a", "x: missing"), ("a", "y: missing")}
        self.assertEqual(differences.judge(found, listed, {"a", "b"}), [
            "a: y: missing (not listed)",
            "b: refused: 100/33 (listed, but does not occur any more)",
        ])

    def test_an_entry_without_a_reason_or_for_nothing_we_ask_is_refused(self):
        entry = {"where": ["a"], "finds": ["x"], "reason": "r", "follows": "docs"}
        self.assertEqual(differences.listed({"difference": [entry]}), {("a", "x")})
        for key in entry:
            with self.assertRaises(ValueError):
                differences.listed({"difference": [{**entry, key: ""}]})
        with self.assertRaises(ValueError):
            differences.listed({"difference": [entry, entry]})
        self.assertEqual(len(differences.judge(set(), {("c", "x")}, {"a"})), 1)


class Material(unittest.TestCase):
    """Meta's files are read to the end, and judge."""

    @classmethod
    def setUpClass(cls):
        cls.document = openapi.Document()

    def test_every_request_example_payload_and_operation_is_there(self):
        requests = [one for short in postman.COLLECTIONS for one in postman.requests_of(short)]
        self.assertEqual(len([one for one in requests if "(example" not in one.id]), 169)
        self.assertGreater(len(requests), 220)
        self.assertEqual(len([webhooks.payload(one) for one in webhooks.all_payloads()]), 22)
        self.assertEqual(len(self.document.operations), 113)
        unknown = [one.id for one in requests if not self.document.of(*postman.template_of(one))]
        self.assertLess(len(unknown), 30, unknown)

    def test_an_answer_that_is_not_as_documented_is_found(self):
        operation = next(one for one in self.document.operations if one.name == "getPhoneNumberById")
        good = {"id": "1", "display_phone_number": "+1 631-555-5555", "verified_name": "A", "quality_rating": "GREEN"}
        self.assertEqual(operation.check(200, good), [])
        self.assertEqual(operation.check(200, {**good, "quality_rating": "MAUVE"}), ["200 quality_rating: 'MAUVE' is not in the list"])
        self.assertEqual(operation.check(200, {**good, "verified_name": 7}), ["200 verified_name: type is not string"])
        account = next(one for one in self.document.operations if one.name == "getWhatsAppBusinessAccountDetails")
        self.assertEqual(account.check(200, {"id": "1"}), ["200 the answer: without name"])
        self.assertEqual(operation.check(418, good), ["418: not documented"])
        self.assertTrue(operation.check(400, {"error": "no"}))

    def test_what_is_not_served_and_what_never_succeeds_are_told_apart(self):
        unknown = (400, {"error": {"code": 100, "error_subcode": 33}})
        refused = (400, {"error": {"code": 131009}})
        self.assertEqual(openapi.served([unknown, unknown]), ["not served"])
        self.assertEqual(openapi.served([unknown, refused]), ["no success: 131009"])
        self.assertEqual(openapi.served([refused, (200, {})]), [])

    def test_a_placeholder_that_nothing_stands_for_stops_the_run(self):
        stage = SimpleNamespace(number="7")
        self.assertEqual(placeholders.fill("{{Phone-Number-ID}}/<BODY_TEXT>/{{1}}", stage), "7/BODY_TEXT/{{1}}")
        for unknown in ("{{Nobody-Knows}}", "<what is this>"):
            with self.assertRaises(ValueError):
                placeholders.fill(unknown, stage)

    def test_examples_get_the_people_and_messages_of_the_stage(self):
        stage = SimpleNamespace(person=SimpleNamespace(wa_id="999"), heard="wamid.x", media=lambda kind: f"a {kind}")
        body = {"to": "+1", "context": {"message_id": "m"}, "image": {"id": "1", "caption": "c"}, "n": 1}
        wanted = {"to": "999", "context": {"message_id": "wamid.x"}, "image": {"id": "a image", "caption": "c"}, "n": 1}
        self.assertEqual(calls.real(body, stage), wanted)

    def test_a_fault_a_wait_and_a_page_are_broken_whatever_is_listed(self):
        error = {"error": {"message": "m", "type": "OAuthException", "code": 1, "fbtrace_id": "A"}}
        self.assertEqual(postman.hard(postman.Answer(400, error, 0.1, "")), [])
        self.assertEqual(len(postman.hard(postman.Answer(503, error, 6.0, ""))), 2)
        self.assertEqual(len(postman.hard(postman.Answer(200, None, 0.1, "<html>"))), 1)


if __name__ == "__main__":
    unittest.main()
