"""What a reviewer decides: hide a word, keep one, black out a region, accept; and what filing asks for.

Enters: a case and a decision with its reason. Leaves: a changed `case.yaml` or a recorded review, and an audit line
that holds no word: a pseudonym stands for it. Decisions about words and regions take effect with the next run.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from diagpack.case.audit import AuditLog
from diagpack.case.config import load_case, update_case_yaml
from diagpack.case.layout import CaseDir
from diagpack.case.lock import case_lock
from diagpack.case.review import Review, changed_since
from diagpack.case.store import RawStore
from diagpack.case.words import with_word
from diagpack.errors import NotReady, UsageError
from diagpack.model.case import Case
from diagpack.model.package import VerifiedPackage
from diagpack.pipeline.cases import person
from diagpack.pipeline.redacting import case_policy, case_seeds, review_rules
from diagpack.pipeline.reviewing import Opened, has_open_decisions, open_case, pictures
from diagpack.pipeline.settings import Settings
from diagpack.redact.pseudonyms import Pseudonyms
from diagpack.redact.review import class_of, secret_in
from diagpack.redact.spans import SECRET_CLASSES
from diagpack.redact.standalone import Standalone

Region = tuple[int, int, int, int]
_REGION: Final = re.compile(r"(\d{1,5}),(\d{1,5}),(\d{1,5}),(\d{1,5})", re.ASCII)
_SHORTEST: Final = 2


def hide_word(opened: Opened, word: str, reason: str) -> None:
    """Replace this word wherever it stands, from the next run on. Raises UsageError (DP653, DP655)."""
    word = word.strip()
    if len(word) < _SHORTEST or Pseudonyms(opened.key).is_token(word.encode()):
        raise UsageError(
            "DP655", "this cannot be hidden: it is one character long, or a pseudonym already", hint="name the word"
        )
    _record(opened, "hide", word, reason)


def keep_word(opened: Opened, word: str, reason: str) -> None:
    """Let a word stay, given as it is or by its pseudonym.

    Raises UsageError: DP650 when it is or holds a secret, DP653 for the reason, DP655 for a pseudonym that the map of
    the case does not know.
    """
    tokens = opened.tokens()
    given = word.strip()
    entity = class_of(given) if given in tokens else ""
    plain = tokens.get(given, given)
    if plain == given and (not given or Pseudonyms(opened.key).is_token(given.encode())):
        raise UsageError(
            "DP655", "this pseudonym is not in the map of the case", hint="copy it in full, or name the word"
        )
    if entity not in SECRET_CLASSES:
        entity = _secret_class(opened, plain, tokens) or _refused_by_next_run(opened, plain)
    if entity:
        raise UsageError(
            "DP650", f"this word is, or holds, a secret (class {entity}): it is never kept", hint="leave it replaced"
        )
    _record(opened, "keep", plain, reason)


def _secret_class(opened: Opened, word: str, tokens: Mapping[str, str]) -> str:
    """The secret class of a word by any rule, by the map, or by a token of it in the evidence; "" for none."""
    case = load_case(opened.folder.yaml)
    policy = case_policy(case, opened.settings)
    if found := secret_in(word, tokens, key=opened.key, policy=policy, seeds=case_seeds(case)):
        return found
    # The map is bounded; the pseudonym itself stands in the evidence whatever its size.
    pseudonyms = Pseudonyms(opened.key)
    marks = {entity: pseudonyms.token(word, entity).encode() for entity in sorted(SECRET_CLASSES)}
    for artifact in opened.artifacts:
        content = artifact.read()
        for entity, mark in marks.items():
            if mark in content:
                return entity
    return ""


def _refused_by_next_run(opened: Opened, word: str) -> str:
    """A word the next run would stop at, such as a long opaque run: it is taken for a secret; "" for any other."""
    case = load_case(opened.folder.yaml)
    try:
        case_policy(replace(case, words=with_word(case.words, "keep", word, reason="-", by="-")), opened.settings)
    except UsageError:
        return "secret"
    return ""


def _record(opened: Opened, kind: str, word: str, reason: str) -> None:
    reason = reason.strip()
    if not reason or word.casefold() in reason.casefold():
        raise UsageError(
            "DP653",
            "a decision needs a reason that does not hold the word itself",
            hint='for example --reason "a project name"',
        )
    with case_lock(opened.folder):
        case = load_case(opened.folder.yaml)
        update_case_yaml(opened.folder.yaml, {"words": with_word(case.words, kind, word, reason=reason, by=person())})
        token = Pseudonyms(opened.key).token(word, "word")
        _audit(opened, f"review-{kind}", reason=_redacted(opened, reason), token=token)


def black_out(opened: Opened, image: str, regions: str, reason: str = "") -> tuple[Region, ...]:
    """Overwrite regions of an approved picture from the next run on. Raises UsageError (DP656).

    `image`: an artifact (`image-1`) or its source (`source-3`). `regions`: `X,Y,W,H` in pixels, more after `;`.
    """
    case = load_case(opened.folder.yaml)
    label, size = _picture(opened, case, image)
    found = tuple(_region(each, size) for each in regions.split(";"))
    with case_lock(opened.folder):
        section: Mapping[str, Any] = case.sections.get("images", {})
        listed = {name: list(each) for name, each in (section.get("black_out") or {}).items()}
        fresh = [list(each) for each in found if list(each) not in listed.get(label, [])]
        listed[label] = [*listed.get(label, []), *fresh]
        update_case_yaml(opened.folder.yaml, {"images.black_out": listed})
        _audit(opened, "review-black-out", picture=label, regions=listed[label], reason=_redacted(opened, reason))
    return found


def _picture(opened: Opened, case: Case, image: str) -> tuple[str, tuple[int, int] | None]:
    """The source label of a picture, and its size once it was collected."""
    for each in pictures(opened.artifacts):
        if image in (each.id, each.source) and each.source:
            return each.source, (each.width, each.height)
    approved = {each.lower() for each in case.approved_images}
    for source in RawStore(opened.folder).sources():
        if source.label == image and approved & {source.label, source.sha256.lower()}:
            return source.label, None
    raise UsageError(
        "DP656",
        "there is no approved picture of that name",
        hint="approve it first: diagpack collect --approve-image SOURCE",
    )


def _region(text: str, size: tuple[int, int] | None) -> Region:
    match = _REGION.fullmatch(text.replace(" ", ""))
    if match is None:
        raise UsageError("DP656", "a region is X,Y,W,H in pixels", hint="for example 10,20,300,40")
    x, y, width, height = (int(each) for each in match.groups())
    if not width or not height or (size is not None and (x >= size[0] or y >= size[1])):
        hint = f"the picture has {size[0]} x {size[1]} pixels" if size else "width and height are above zero"
        raise UsageError("DP656", "this region covers no part of the picture", hint=hint)
    return x, y, width, height


def check_acceptable(opened: Opened) -> None:
    """Raises UsageError (DP657) while a decision or another policy waits for the next run."""
    if has_open_decisions(opened):
        raise UsageError(
            "DP657",
            "decisions were recorded that the evidence does not show yet",
            hint=f"diagpack collect {opened.folder.id}, then review again",
        )


def accept(opened: Opened, *, at: datetime) -> Review:
    """Record that this person read the redacted evidence as it is now. The caller has asked them. Raises UsageError."""
    check_acceptable(opened)
    with case_lock(opened.folder):
        review = opened.book.accept(opened.files, by=person(), at=at)
        AuditLog(opened.folder.audit).append("review", by=review.by, digest=review.digest, files=len(review.files))
    return review


def check_review(folder: CaseDir, settings: Settings, package: VerifiedPackage) -> tuple[Review, ...]:
    """The reviews of exactly what this package holds. Raises NotReady (DP651, DP652, DP654) where the policy asks."""
    opened = open_case(folder, settings)
    files = opened.package_files(package)
    standing = opened.book.standing(files)
    rules = review_rules(load_case(folder.yaml), settings)
    hint = f"diagpack review {folder.id} --accept"
    if not rules.is_required and not rules.needs_second_person:
        return standing
    if not standing:
        earlier = opened.book.all()
        if not earlier:
            raise NotReady("DP651", "nobody has reviewed the redacted text of this case yet", hint=hint)
        changed = changed_since(earlier[-1], files)
        raise NotReady(
            "DP652", f"the evidence changed since it was reviewed: {len(changed)} files, first {changed[0]}", hint=hint
        )
    if rules.needs_second_person and all(each.by == person() for each in standing):
        raise NotReady("DP654", "the policy asks for a review by a second person", hint=f"they run: {hint}")
    return standing


def _redacted(opened: Opened, reason: str) -> str:
    """A reason as the audit log may hold it."""
    case = load_case(opened.folder.yaml)
    return Standalone(opened.key, case_policy(case, opened.settings), case_seeds(case)).text(reason) if reason else ""


def _audit(opened: Opened, event: str, **fields: Any) -> None:
    AuditLog(opened.folder.audit).append(event, by=person(), **fields)
