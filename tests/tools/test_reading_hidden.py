"""What nobody sees on a page reaches nobody."""

import pytest

from tools.readings import Readings

SEEN = "Tea is best after three minutes."
SECRET = "SECRET"


INLINE = ("b", "code", "em", "font", "i", "label", "mark", "small", "span", "strong", "u")


def leaks(readings: Readings, markup: str) -> bool:
    read = readings.html(f"<!doctype html><p>{SEEN}</p>{markup}")
    assert SEEN in read.text
    return SECRET in repr(read)


@pytest.mark.parametrize(
    "markup",
    [
        "<!-- SECRET -->",
        "<!-- SECRET --!>",
        "<!---- SECRET -->",
        "<!-- a > SECRET",
        "<!SECRET>",
        "<?SECRET?>",
        "</ SECRET>",
        "<![CDATA[SECRET]]>",
        "<script>SECRET</script >",
        "<script>SECRET",
        "<script><!--<script>SECRET</script>SECRET</script>",
        "<script type=application/ld+json>{'text': 'SECRET'}</script>",
        "<SCRIPT/x>SECRET</SCRIPT\n>",
        "<style>p::after{content:'SECRET'}</style>",
        "<template>SECRET</template>",
        "<template><template>SECRET</template>SECRET</template>",
        "<template><p>SECRET</p></div></template>",
        "<template shadowrootmode=open>SECRET</template>",
        "<noscript>SECRET</noscript>",
        "<noscript><p>SECRET",
        "<noframes>SECRET</noframes>",
        "<noembed>SECRET</noembed>",
        "<iframe>SECRET</iframe>",
        "<iframe srcdoc='SECRET'></iframe>",
        "<object>SECRET</object>",
        "<embed title=SECRET>",
        "<canvas>SECRET</canvas>",
        "<video>SECRET</video><audio>SECRET</audio>",
        "<svg><text>SECRET</text><title>SECRET</title><foreignObject><p>SECRET</p></foreignObject></svg>",
        "<math><annotation>SECRET</annotation></math>",
        "<meta name=description content=SECRET>",
        "<link title=SECRET>",
        "<input type=hidden value=SECRET><input value=SECRET placeholder=SECRET>",
        "<textarea>SECRET</textarea>",
        "<select><option>SECRET</select>",
        "<datalist><option>SECRET</datalist>",
        "<dialog>SECRET</dialog>",
        "<ruby>漢<rp>SECRET</rp></ruby>",
        "<img alt=SECRET title=SECRET>",
        "<a href=/x aria-label=SECRET title=SECRET>x</a>",
        "<p data-x=SECRET aria-description=SECRET>x</p>",
        "<div popover>SECRET</div>",
    ],
)
def test_what_is_not_shown_by_its_element_does_not_leave(readings: Readings, markup: str) -> None:
    assert not leaks(readings, markup)


@pytest.mark.parametrize(
    "attribute",
    [
        "hidden",
        "HIDDEN",
        "hidden=until-found",
        "hidden=false",
        "style=display:none",
        "STYLE='Display : NONE'",
        "style='color:red;display:none!important'",
        "style='display: none ! important;'",
        "style='display:\n\tnone'",
        "style='/* x */display/* y */:/* z */none'",
        "style='d\\69splay:none'",
        "style='\\64 isplay:n\\00006fne'",
        "style='disp\\lay:\\4e ONE'",
        "style='&#100;isplay&colon;n&#x6f;ne'",
        "style='a:url(/*);display:none'",
        'style=\'a:"/*";display:none;b:"*/"\'',
        "style='x:y;;;display:none'",
        "style='{};display:none'",
        "style='--x:none;display:var(--x)'",
        "style='display:if(else:none)'",
        "style=visibility:hidden",
        "style='VISIBILITY:Collapse'",
        "style='v\\69sibility:hidden'",
        "style='content-visibility:hidden'",
    ],
)
def test_what_an_attribute_hides_does_not_leave_with_all_that_is_in_it(readings: Readings, attribute: str) -> None:
    within = "SECRET<p style='display:block;visibility:visible'>SECRET</p><a href=/SECRET>SECRET</a>"
    for name in ("div", "section", "custom-element", "article"):
        assert not leaks(readings, f"<{name} {attribute}>{within}</{name}>")


@pytest.mark.parametrize(
    "style", ["display:block", "display:inline", "x-display:none", "background:none", "visibility:visible", "opacity:0"]
)
def test_what_other_styles_say_hides_nothing(readings: Readings, style: str) -> None:
    assert leaks(readings, f"<p style='{style}'>SECRET</p>")


@pytest.mark.parametrize(
    "markup",
    [
        "<!-->SECRET",
        "<!--->SECRET",
        "<!-- x --!>SECRET",
        "<script></script\n>SECRET",
        "<details><summary>More</summary>SECRET</details>",
        "<dialog open>SECRET</dialog>",
        "<xmp>SECRET</xmp>",
        "<plaintext>SECRET",
        "<table><tr>SECRET<td>cell</table>",
        "<p>x\0SECRET",
        "<scr\0ipt>SECRET</scr\0ipt>",
        "<unknown>SECRET</unknown>",
        "<svg></svg>SECRET",
        "<svg><p>SECRET",
        "<template></template>SECRET",
    ],
)
def test_what_a_browser_shows_is_read(readings: Readings, markup: str) -> None:
    assert leaks(readings, markup)


@pytest.mark.parametrize(
    "markup",
    [
        "<p hidden><select><div>SECRET",
        "<div hidden><noscript></div></noscript>SECRET",
        "<math><mi><div hidden><td>SECRET",
        "<svg><foreignObject><div hidden><tr>SECRET",
        "<svg><sup hidden>a<em>SECRET",
        "<math><sup hidden></sub>SECRET",
        "<template><a><math><sup><plaintext></template>SECRET",
        "<div hidden><table><td></div>SECRET",
        "<a hidden>x<p>SECRET",
        "<b hidden><p>SECRET</b>seen",
        "<table><tr hidden><td>SECRET</table>",
        "<div hidden></p>SECRET",
        "<!--[if IE]>SECRET<![endif]-->",
        "<div hidden hidden=x style=display:block>SECRET",
        "<select><plaintext></select>SECRET",
        "<style><!-- </style ><p hidden>SECRET",
    ],
)
def test_broken_markup_lets_nothing_out_that_a_browser_hides(readings: Readings, markup: str) -> None:
    assert not leaks(readings, markup)


def test_deeply_nested_hiding_hides(readings: Readings) -> None:
    assert not leaks(readings, "<div>" * 500 + "<div hidden>" + "<span>" * 500 + "SECRET")


def test_a_page_made_to_mislead_the_parser_in_both_ways_at_once_is_not_read(readings: Readings) -> None:
    markup = f"<p>{SEEN}<svg><sup></sup></svg><svg><sub></sub></svg><svg><sup hidden>a<em>SECRET"
    assert readings.outcome(markup.encode()) == "unreadable"


@pytest.mark.parametrize("name", INLINE)
@pytest.mark.parametrize(
    "markup",
    [
        "<{0} hidden>SECRET</{0}>",
        "<{0} style=display:none>SECRET</{0}>",
        "<{0} popover>SECRET</{0}>",
        "<{0}><!--SECRET--></{0}>",
        "<{0}><script>SECRET</script></{0}>",
        "<{0}><template>SECRET</template></{0}>",
        "<{0}><{0} hidden>SECRET</{0}></{0}>",
        "<{0} hidden><{0}>SECRET</{0}></{0}>",
        "<p hidden><{0}>SECRET</{0}></p>",
    ],
)
def test_words_set_apart_within_a_line_are_hidden_like_any_other(readings: Readings, markup: str, name: str) -> None:
    assert not leaks(readings, f"<p>x {markup.format(name)} y</p>")


@pytest.mark.parametrize("name", INLINE)
def test_words_set_apart_within_a_line_are_read_with_it(readings: Readings, name: str) -> None:
    text = readings.text(
        f"<p>Tea is <{name}>best</{name}> after <{name}>three <{name}>minutes</{name}></{name}>, they say.</p>"
    )
    assert text == "Tea is best after three minutes, they say."
