"""Words that turn a sentence into its opposite, in the languages that answers are mostly written in. Data, no logic.

Whoever leaves one of these out of a quotation says what the source denies. Not here: what mostly means something else,
as German `noch` or French `personne` do, and words such as `but`, which may stand between two true halves.
"""

CONTRACTED = "n't"
"""What English puts behind a verb."""

NEGATIONS = (
    # English
    "not no never none neither nor nobody nothing nowhere without cannot except unless instead",
    "hardly barely scarcely rarely seldom unlikely impossible untrue false falsely",
    "fail fails failed failing deny denies denied refuse refuses refused refute refuted lack lacks lacked",
    # German
    "nicht kein keine keinen keinem keiner keines nie niemals nichts niemand weder ohne kaum unmöglich falsch",
    # French
    "ne pas jamais aucun aucune rien ni sans sauf impossible faux",
    # Spanish
    "nunca jamás ningún ninguno ninguna nada nadie tampoco sin salvo falso falsa",
    # Italian
    "non mai nessun nessuno nessuna niente nulla né senza",
    # Portuguese
    "não nem nenhum nenhuma ninguém sem",
    # Dutch and the Nordic languages
    "niet geen nooit niets zonder inte aldrig ingen inget inga ej utan ikke aldri uden uten",
    # Polish, Czech, Romanian, Hungarian, Finnish
    "nie nigdy bez żaden żadna żadne není nikdy nu fără nem soha nélkül ei eivät",
    # Russian, Ukrainian
    "не нет ни никогда без нельзя ні",
    # Greek
    "δεν δε μην όχι χωρίς ποτέ",
    # Turkish, Vietnamese, Indonesian
    "değil yok hiç asla không chưa chẳng tidak bukan belum tanpa",
    # Arabic, Hebrew, Hindi
    "لا ليس ليست لم لن غير بدون לא אין ללא नहीं",
    # Chinese, Japanese
    "不 没 沒 未 无 無 并非 並非 ない なく なかった ません",
    # Korean, Thai
    "않 못 없 아니 ไม่",
)
"""Words with spaces between."""
