"""The labelled sample set of the workshop, where it is there: what must be reported is, what must not is not.

The figures asserted are the ones reached; the test prints them.
"""

import csv
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from diagpack.collectors.sso import diagnose

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpora" / "sso"

pytestmark = pytest.mark.skipif(not (CORPUS / "index.csv").is_file(), reason="the labelled sample set is not here")


def accepted() -> dict[str, list[str]]:
    with (CORPUS / "vocabulary.csv").open(encoding="utf-8") as stream:
        return {row["label"]: row["accepted_finding_ids"].split("|") for row in csv.DictReader(stream)}


def satisfies(found: set[str], label: str, words: dict[str, list[str]]) -> bool:
    wanted = words.get(label) or words.get(label.partition(":")[0] + ":*", [])
    return any(
        id.startswith(each[:-1]) if each.endswith("*") else id == each for each in wanted for id in found if each
    )


def config_of(row: dict[str, str]) -> dict[str, Any]:
    is_token = row["kind"] in {"jws", "jwe", "jwt"}
    config: dict[str, Any] = {}
    if row["expected_acs"]:
        config["acs_urls"] = [row["expected_acs"]]
    if row["expected_audience"]:
        config |= {"client_id": row["expected_audience"]}
        config |= {} if is_token else {"sp_entity_id": row["expected_audience"]}
    if row["expected_issuer"]:
        config["issuer" if is_token else "idp_entity_id"] = row["expected_issuer"]
    if row["expected_request_id"]:
        config["nonce" if is_token else "request_id"] = row["expected_request_id"]
    if row["idp_cert"]:
        config["idp_certificates"] = [str(CORPUS / row["idp_cert"])]
    return config


def vectors() -> Iterator[tuple[dict[str, str], dict[str, Any]]]:
    with (CORPUS / "index.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            at = datetime.fromisoformat(row["at"].replace("Z", "+00:00")) if row["at"] else None
            yield row, diagnose((CORPUS / row["path"]).read_bytes(), config=config_of(row), at=at, name=row["path"])


def test_the_labelled_samples_get_the_right_diagnosis() -> None:
    words = accepted()
    asked = reported = vectors_read = 0
    missed, wrong, errors_on_valid = [], [], []
    for row, found in vectors():
        vectors_read += 1
        ids = {each["id"] for each in found["findings"]}
        for label in filter(None, row["must_report"].split(";")):
            asked += 1
            reported += satisfies(ids, label, words)
            if not satisfies(ids, label, words):
                missed.append((row["path"], label))
        wrong += [
            (row["path"], label)
            for label in filter(None, row["must_not_report"].split(";"))
            if satisfies(ids, label, words)
        ]
        if row["verdict"] == "valid" and any(each["level"] == "error" for each in found["findings"]):
            errors_on_valid.append(row["path"])
    print(f"{vectors_read} vectors: {reported} of {asked} labels reported, {len(wrong)} violations")  # noqa: T201

    assert vectors_read >= 211
    assert reported / asked >= 0.99, missed
    assert wrong == []
    assert errors_on_valid == []


def test_what_is_also_true_is_mostly_seen_too() -> None:
    words = accepted()
    labels = [
        (satisfies({each["id"] for each in found["findings"]}, label, words))
        for row, found in vectors()
        for label in filter(None, row["also_true_at"].split(";"))
    ]

    assert sum(labels) / len(labels) >= 0.95


def test_summaries_stay_small() -> None:
    largest = max(
        len(json.dumps(each))
        for row, found in vectors()
        if row["kind"] == "saml-response"
        for each in found["messages"]
    )

    assert largest < 20_000
