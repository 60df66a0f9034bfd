"""WebVTT: read, checked, and written again in one form (https://www.w3.org/TR/webvtt1/)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tuition.catalog.errors import CaptionsInvalid
from tuition.kernel import Phrase

LENGTH_MAX = 2_000_000
CUES_MAX = 20_000
CUE_TEXT_MAX = 2_000
PARAGRAPH_GAP_MS = 2_000
"""A silence this long begins a new paragraph of the transcript."""
# SubRip writes a comma where WebVTT has a point; everything else that matters is the same, so both are read.
_STAMP = r"(?:(\d{1,4}):)?([0-5]\d):([0-5]\d)[.,](\d{3})"
_TIMING = re.compile(rf"{_STAMP}[ \t]+-->[ \t]+{_STAMP}(?:[ \t]+(.*))?")
_TAG = re.compile(r"<[^<>]*>")
# What a cue may hold: voice, class, emphasis, language, ruby, and times within the cue.
_KNOWN_TAG = re.compile(r"</?(?:b|i|u|c|v|lang|ruby|rt)(?:[.\s][^<>]*)?>|<(?:\d{1,4}:)?[0-5]\d:[0-5]\d\.\d{3}>")
_SETTING = re.compile(r"(?:vertical|line|position|size|align):[\w%.,\-]{1,20}")


@dataclass(frozen=True, slots=True)
class Cue:
    """Some words and when they are said."""

    start_ms: int
    end_ms: int
    text: str
    settings: str = ""


@dataclass(frozen=True, slots=True)
class Captions:
    """Captions that are in order."""

    cues: tuple[Cue, ...]

    @property
    def vtt(self) -> str:
        """The file that a player gets."""
        blocks = (
            f"{_stamp(cue.start_ms)} --> {_stamp(cue.end_ms)} {cue.settings}".rstrip() + f"\n{cue.text}\n" for cue in self.cues
        )
        return "\n".join(["WEBVTT\n", *blocks])

    @property
    def transcript(self) -> str:
        """What is said, without the times: a new paragraph after each longer silence."""
        paragraphs: list[list[str]] = []
        ended_ms = -PARAGRAPH_GAP_MS
        for cue in self.cues:
            words = " ".join(_unescaped(_TAG.sub("", cue.text)).split())
            if not paragraphs or cue.start_ms - ended_ms >= PARAGRAPH_GAP_MS:
                paragraphs.append([])
            # Rolling captions repeat the line before.
            if words and words not in paragraphs[-1][-1:]:
                paragraphs[-1].append(words)
            ended_ms = cue.end_ms
        return "\n\n".join(" ".join(lines) for lines in paragraphs if lines)


def parse_captions(source: str) -> Captions:
    """Read WebVTT (or SubRip). Styles, regions and notes are left out. Raises ``CaptionsInvalid`` naming the line."""
    if len(source) > LENGTH_MAX:
        raise CaptionsInvalid(line=1, reason=Phrase("at most {most} characters.", most=LENGTH_MAX))
    if "\x00" in source:
        raise CaptionsInvalid(line=1, reason="this is not text.")
    lines = source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    cues = tuple(_in_order(_cues(lines)))
    if not cues:
        raise CaptionsInvalid(line=1, reason="there is not a single cue in it.")
    return Captions(cues)


def _cues(lines: list[str]) -> Iterator[tuple[int, Cue]]:
    is_vtt = lines[0].split(" ")[0].split("\t")[0] == "WEBVTT"
    if not is_vtt and not lines[0].strip().isdigit():
        raise CaptionsInvalid(line=1, reason="the first line must be WEBVTT.")
    for number, block in _blocks(lines[1:] if is_vtt else lines, first=2 if is_vtt else 1):
        timed = next((index for index, line in enumerate(block[:2]) if "-->" in line), None)
        if timed is None:
            if block[0].split(" ")[0] in ("NOTE", "STYLE", "REGION") or (is_vtt and number == 2):
                continue
            raise CaptionsInvalid(line=number, reason="a cue needs a line such as 00:01.000 --> 00:04.000.")
        yield number + timed, _cue(number + timed, block[timed], block[timed + 1 :])


def _blocks(lines: list[str], *, first: int) -> Iterator[tuple[int, list[str]]]:
    block: list[str] = []
    for number, line in enumerate([*lines, ""], start=first):
        if line.strip():
            block.append(line)
        elif block:
            yield number - len(block), block
            block = []


def _cue(number: int, timing: str, text: list[str]) -> Cue:
    match = _TIMING.fullmatch(timing.strip())
    if match is None:
        raise CaptionsInvalid(line=number, reason=Phrase("“{timing}” is not a time range.", timing=timing.strip()[:60]))
    start, end = _milliseconds(*match.groups()[:4]), _milliseconds(*match.groups()[4:8])
    if end <= start:
        raise CaptionsInvalid(line=number, reason="a cue ends after it begins.")
    words = "\n".join(line.strip() for line in text)
    if len(words) > CUE_TEXT_MAX:
        raise CaptionsInvalid(line=number, reason=Phrase("a cue has at most {most} characters.", most=CUE_TEXT_MAX))
    settings = " ".join(_SETTING.findall(match.group(9) or ""))
    return Cue(start, end, _TAG.sub(lambda tag: tag[0] if _KNOWN_TAG.fullmatch(tag[0]) else "", words), settings)


def _in_order(numbered: Iterable[tuple[int, Cue]]) -> Iterator[Cue]:
    before = 0
    for count, (number, cue) in enumerate(numbered, start=1):
        if count > CUES_MAX:
            raise CaptionsInvalid(line=number, reason=Phrase("at most {most} cues.", most=CUES_MAX))
        if cue.start_ms < before:
            raise CaptionsInvalid(line=number, reason="a cue begins before the one above it.")
        before = cue.start_ms
        yield cue


def _milliseconds(hours: str | None, minutes: str, seconds: str, thousandths: str) -> int:
    return ((int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(thousandths)


def _stamp(at_ms: int) -> str:
    seconds, thousandths = divmod(at_ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}.{thousandths:03d}"


def _unescaped(text: str) -> str:
    for name, mark in (("&lt;", "<"), ("&gt;", ">"), ("&lrm;", ""), ("&rlm;", ""), ("&nbsp;", " "), ("&amp;", "&")):
        text = text.replace(name, mark)
    return text
