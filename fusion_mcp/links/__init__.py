"""Links inside a text: finding them in every form that something may make clickable, and taking out the unknown ones.

`removal` is the way in. The forms have a file each: `markdown`, `markup` (HTML and CSS), `bare` (an address that stands
in the text as it is). `destination` says where a link leads, however it is spelled; `link` holds the nouns. All of it
errs towards finding too much: code is searched too, and what a lenient reader might follow counts as a link. Pure, and
linear in the length of the text, whatever the text.
"""

from fusion_mcp.links.link import Link
from fusion_mcp.links.removal import Known, known_links, links_in, without_unknown_links

__all__ = ["Known", "Link", "known_links", "links_in", "without_unknown_links"]
