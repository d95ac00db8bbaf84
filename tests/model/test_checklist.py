from diagpack.model.checklist import in_language


def test_a_missing_language_falls_back_to_english() -> None:
    assert in_language({"en": "Hello", "de": "Hallo"}, "de") == "Hallo"
    assert in_language({"en": "Hello"}, "fr") == "Hello"
    assert in_language({"en": "Hello", "fr": ""}, "fr") == "Hello"
