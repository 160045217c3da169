"""The comparers find what they are there to find."""

import unittest

import differences
import shapes


class Shapes(unittest.TestCase):
    def test_a_missing_key_another_type_and_an_empty_list_are_found(self):
        example = {"data": [{"id": "1", "name": "a"}, {"id": "2"}], "n": 1, "paging": {"next": "x"}}
        self.assertEqual(shapes.compare([example], {**example, "more": None}), [])
        answer = {"data": [{"id": 7}, {"id": 8}], "n": "1", "paging": {}}
        wanted = ["data[].id: number for string", "n: string for number", "paging.next: missing"]
        self.assertEqual(shapes.compare([example], answer), wanted)
        self.assertEqual(shapes.compare([example], {**example, "data": []}), ["data: empty"])
        self.assertEqual(shapes.compare([example], []), ["the answer: array for object"])

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


if __name__ == "__main__":
    unittest.main()
