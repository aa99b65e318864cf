"""What one run is: the question, who is asked, and what it may take. Values and names; nothing is decided here."""

from dataclasses import field
from decimal import Decimal
from functools import lru_cache

from fusion_mcp.codes import Kind, Stage
from fusion_mcp.domains import Domains
from fusion_mcp.presets.schema import PanelMember, Preset
from fusion_mcp.types import NativeWeb
from fusion_mcp.urls import urls_in
from fusion_mcp.values import value, worked_out


@value
class Seat:
    """A place on the panel: its name in the result, and who sits there."""

    name: str
    index: int
    member: PanelMember


@value
class Run:
    """One question with everything that decides how it is handled.

    `limit_usd` is the lowest limit that holds for it, `limit_from` whose that is, `assumed_usd` what a call is reserved
    at where nobody knows its price. `seed` orders the answers for the judge; `fence` and `context_fence` are random
    marks around text that is data and not instructions, the first never shown to a member. `today` is a date as
    YYYY-MM-DD. `nonce` is the run's mark, which stands in every prompt; `may_call_back`: a model of it may itself be a
    client of fusion-mcp, such as an agent or a gateway; `from_client`: such a one may have asked it. `is_single`: one
    model was meant to answer, so that without a comparison nothing is missing; `is_plain`: it is told the question and
    nothing else. `sample` tells runs apart that are the same question on purpose. `web` says whether members get the
    tools that their preset gives them, `domains` where these may go, `withheld` sentences whose pages they must not
    see. `notes` are sentences for the person that were true before the run began.
    """

    id: str
    kind: Kind
    question: str
    context: str | None
    preset: Preset
    deadline_s: float
    limit_usd: Decimal
    limit_from: str
    assumed_usd: Decimal
    seed: int
    fence: str
    context_fence: str
    today: str
    nonce: str = field(default="", repr=False)
    may_call_back: bool = False
    from_client: bool = False
    is_single: bool = False
    is_plain: bool = False
    sample: str = ""
    web: bool = False
    domains: Domains = field(default_factory=Domains)
    withheld: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def seats(self) -> tuple[Seat, ...]:
        """The panel in the preset's order; a model's second seat is `provider:model #2`."""
        return _seats(self.preset)

    @worked_out
    def asked(self) -> str:
        """All that the person wrote."""
        return f"{self.question}\n{self.context or ''}"

    @worked_out
    def given(self) -> tuple[str, ...]:
        """The web addresses that the person wrote."""
        return tuple(urls_in(self.asked))

    @property
    def named(self) -> tuple[str, ...]:
        """The web addresses that the person points at: in the question, or in a context that is nothing else.

        One that stands in a pasted text may be from whoever wrote that.
        """
        context = (self.context or "").split()
        is_a_list = all(word.startswith(("http://", "https://")) for word in context)
        return tuple(urls_in(self.asked if is_a_list else self.question))

    @worked_out
    def stages(self) -> tuple[Stage, ...]:
        """What the run is meant to go through, one after another, the panel first.

        Nobody compares a single seat's answer, and a choice among answers writes nothing.
        """
        preset = self.preset
        if len(preset.panel) == 1:
            return ("panel",)
        if self.kind == "compare":
            return ("panel", "judge")
        writes: tuple[Stage, ...] = ("synthesis",) if preset.aggregate == "synthesize" else ()
        checks: tuple[Stage, ...] = ("verification",) if preset.verifier or (writes and preset.gate) else ()
        return ("panel", "judge", *writes, *checks)

    @property
    def is_choice(self) -> bool:
        """Whether one of the members' answers is to be given, word for word."""
        return self.kind == "ask" and self.preset.aggregate == "select"

    @property
    def is_to_be_checked(self) -> bool:
        """Whether the preset asks for a check of what is given. What is chosen needs no gate: it is a member's own."""
        return self.kind == "ask" and (self.preset.verifier is not None or (self.preset.gate and not self.is_choice))

    def sampling_seed(self, seat: int = 0) -> int:
        """A seed for sampling, another for each seat: a model that sits twice should not say the same twice."""
        return (self.seed + seat) % 2**31  # a seed is a signed 32-bit number to some APIs, such as Gemini's

    def tools_of(self, member: PanelMember) -> tuple[str, ...]:
        """Name the tools that a member may use: those that the preset gives it; none where the web is off."""
        return self.preset.tools_of(member) if self.web else ()

    def native_web(self, tools: tuple[str, ...], max_calls: int) -> NativeWeb:
        """Ask for the provider's own versions of `tools`, within the same domains."""
        return NativeWeb(
            tools=tools,
            max_calls=max_calls,
            allowed_domains=self.domains.only,
            excluded_domains=self.domains.excluded,
        )


@lru_cache(maxsize=32)
def _seats(preset: Preset) -> tuple[Seat, ...]:
    seats: dict[str, Seat] = {}
    for index, member in enumerate(preset.panel):
        name = model = str(member.model)
        number = 1
        while name in seats:
            number += 1
            name = f"{model} #{number}"
        seats[name] = Seat(name=name, index=index, member=member)
    return tuple(seats.values())
