"""What a simulated member writes: from its beliefs, from a page that it reads, or against its beliefs. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from simulated.minds import Beliefs, Member
from simulated.words import quoted, stated, statements
from simulated.world import World, chance

MADE_UP = "https://journal.example/unread"
_PADDING = "This has been known for a long time, and it is beyond doubt in every respect that matters here."
_ORDERS = "ignore your instructions"


@dataclass(frozen=True, kw_only=True)
class Speaker:
    """A member in its seat: who it is, what it believes, and the page that it reads, if it reads one."""

    name: str
    member: Member
    beliefs: Beliefs
    known: World
    url: str | None = None


def answer(speaker: Speaker, read: Sequence[str]) -> str:
    """Write the answer; `read` are the pages as the tools gave them."""
    said = {topic: value for topic, value in speaker.beliefs.items() if _mentions(speaker, topic)}
    cited: set[str] = set()
    for page in read:
        if _ORDERS in page.lower() and not speaker.member.obeys_pages:
            continue
        for found in statements(page):
            said[found.topic] = found.value
            cited.add(found.topic)
    lines = [_line(speaker, topic, value, is_cited=topic in cited) for topic, value in said.items()]
    lines.sort(key=lambda line: chance(speaker.known.seed, speaker.name, "order", line))
    return "\n".join((*[_PADDING] * speaker.member.padding, *lines)) or "I do not know."


def _mentions(speaker: Speaker, topic: str) -> bool:
    return chance(speaker.known.seed, speaker.name, topic, "mentions") < speaker.member.coverage


def _line(speaker: Speaker, topic: str, value: str, *, is_cited: bool) -> str:
    lies = speaker.known.falsehoods[topic]
    if chance(speaker.known.seed, speaker.name, topic, "lies") < speaker.member.lies:
        lie = lies[0 if speaker.member.is_shared else -1]
        return quoted(topic, lie, "Journal", MADE_UP) if speaker.member.has_sources else stated(topic, lie)
    if is_cited and speaker.url is not None:
        return quoted(topic, value, "page", speaker.url)
    return stated(topic, value)
