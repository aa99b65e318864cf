"""Names that pages use - of elements, roles, classes - by what they say about the text under them. Pure data."""


def names(text: str) -> frozenset[str]:
    """Give the words of `text` as a set."""
    return frozenset(text.split())


NEVER_SHOWN = names(
    # What a browser does not display, whatever its attributes say,
    "area base basefont datalist head link meta noembed noframes noscript param rp script source style template title "
    "track "
    # what it shows in another way than as this text,
    "annotation annotation-xml applet audio canvas embed fencedframe frame frameset iframe object portal svg video "
    # and what belongs to a form that nobody fills in here.
    "input optgroup option select textarea"
)

BLOCKS = names(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend li listing main menu nav ol p plaintext pre search section "
    "summary table tbody td tfoot th thead tr ul xmp"
)
"""What stands in lines of its own."""
USUAL = (BLOCKS - NEVER_SHOWN - {"dialog"}) | names(
    "a abbr acronym b bdi bdo big br button cite code data del dfn em font i img ins kbd label mark nobr picture q s "
    "samp small span strike strong sub sup time tt u var wbr"
)
"""What is shown unless an attribute says otherwise; most elements are of these names."""
VERBATIM = names("listing plaintext pre xmp")
"""Where spaces and line ends count."""
LISTS = names("dir menu ol ul")
MARKED = LISTS | names("a blockquote br del h1 h2 h3 h4 h5 h6 li q rt s strike sup")
"""What is marked in the text; other elements are nothing but blocks, or nothing at all."""
SILENT = names(
    "abbr acronym b bdi bdo big cite code data dfn em font i ins kbd label mark nobr samp small strong tt u var"
)
"""What changes nothing for a reader of words alone, unless it has attributes."""
HEADINGS = names("dt h1 h2 h3 h4 h5 h6 summary")
NO_CELL_HOLDS = names("article blockquote form h1 h2 h3 h4 h5 h6 pre section table")
"""What is in a table's cell only if the table holds a page together."""

TEXTS = names("article blockquote dialog figure main section")
"""What is made to hold a text; a header, a footer or an aside in it belongs to that text."""
BOXES = names("article body center div form main section table tbody td tr")
"""What is made to hold anything, and so perhaps most of the text."""
GROUPS = names("aside center div dl footer form header nav ol p section span table td ul")
"""What is left out as a whole, where it is left out."""

AROUND_TEXTS = names("aside footer header")
AROUND = names("menu nav")
AROUND_ROLES = names("alertdialog banner complementary contentinfo dialog menu menubar navigation search")
AROUND_CLASSES = names(
    "ads adsbygoogle advert advertisement advertisements adverts breadcrumb breadcrumbs consent cookie cookiebanner "
    "cookieconsent cookies gdpr newsletter onetrust outbrain share sharing sponsored taboola"
)
"""Words of classes that say it all."""
OVERLAY_IDS = names("banner bar box buttons dialog form links modal notice overlay popup sdk signup widget")
"""What an id must say besides: chapters are called "cookies" too."""
PERHAPS_AROUND = names(
    "actions banner editsection footer header masthead menu menus mostread nav navbar navigation pager pages "
    "pagination popular promo recirc recommended related sidebar skip social submenu tags teaser teasers toc toolbar "
    "topbar trending"
)
"""Words of classes and ids that say it where there is hardly more than links."""
