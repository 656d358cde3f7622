"""Closed word lists: the words that carry grammar, not content, in the languages the offline judge reads."""

from __future__ import annotations

from .folding import fold

_FUNCTION = """
a about after all both whether also although am an and another any are as at because been before being
between both but by can could
did do does during each either else ever for from further had has have having he hence her here hers him his
how however
i if in into is it its just may me might mine more most much must my nor of off on once only onto or other
our ours out
over own shall she should since so some such than that the their theirs them then there these they this
those though
through thus to too under until up upon us very was we were what when where which while who whom whose why
will with
within would you your yours
der die das den dem des ein eine einen einem einer eines und oder aber auch als am an auf aus bei beim bis
dass durch er
es fur hat haben hatte ich ihr ihre im in ins ist mit nach noch nur ob sein seine sich sie sind so sowie
uber um und
unter vom von vor waren warum was wenn wer werden wie wird wo wurde wurden zu zum zur
el la los las lo un una unos unas y o u e de del al a en con por para que quien cual como cuando donde es
son era fue
fueron ser estar esta este esto ha han hay se su sus le les mas muy pero porque tambien
le les l d du des une et ou mais au aux dans en sur par pour avec sans sous ce cet cette ces il elle ils
elles on qui
que quoi dont est sont etait furent ete etre a ont sa ses leur leurs plus tres y
il gli i lo uno di da dal della dei delle nel nella su per tra fra che chi cui sono era stato ha hanno suo
sua si anche
o os as um uma do da dos das no na nos nas em por pelo pela com ao foi sao sua seu
het een van voor op te bij door aan om naar dat die deze is zijn was waren wordt werd
и в во на с со к о об от до по за из у что как это его ее их он она они был была было были есть для или а но
же
في من على إلى عن مع هو هي كان كانت هذا هذه التي الذي ان أن إن ما قد و أو ثم
का की के को में से है हैं था थी थे और यह वह ने पर भी एक
"""
_NEGATIONS = """
no not never neither nor none nobody nothing cannot without
nicht kein keine keinen keinem keiner keines nie niemals weder
nunca jamas ninguno ninguna tampoco sin ni
pas jamais aucun aucune
non mai nessuno nessuna
nao nem nenhum nenhuma
niet geen nooit
не нет никогда ни
لا ليس ليست لم لن غير
नहीं
"""
_COMPARISONS = """
same alike common share shares shared similar equal different gleich gleiche gleichen mismo misma meme
"""
_ABBREVIATIONS = """
dr mr mrs ms mx prof rev hon gen col lt sgt capt gov sen rep st sr jr mt ft vs etc al eg ie cf ca approx
dept est
fig figs eq vol pp ed eds inc ltd co corp bros jan feb mar apr jun jul aug sep sept oct nov dec no nos
bzw usw zb dh nr bd hrsg evtl ggf inkl str sra srta dra ud uds av mme mlle sig dott
"""
_SENTENCE_STARTERS = """
the a an it its he she they his her their this that these those in on at we i you there however but and
"""
_PRONOUNS = """
he she it they his her its their this that these those er sie es sein seine ihr ihre dieser diese dieses
el ella ellos ellas su sus este esta il elle ils elles son sa ses leur ce cette он она оно они его ее их هو
هي وهو وهي
"""
_YES = """
yes yeah yep ja si oui sim да نعم हाँ 是 是的 对 はい 네 예
"""
_NO = """
no nope nein non nao nee нет لا नहीं 不 不是 否 いいえ 아니요
"""
_SYMMETRIC = """
and or with married met meets borders equals like unlike versus vs
"""
_IRREGULAR = """
write wrote written writes
win won
begin began begun
sing sang sung
hold held
lead led
lose lost
make made
take took taken
give gave given
grow grew grown
know knew known
speak spoke spoken
choose chose chosen
become became
buy bought
sell sold
build built
teach taught
run ran
come came
woman women
man men
child children
person people
"""
_NUMBERS = """
zero one two three four five six seven eight nine ten eleven twelve
null eins zwei drei vier funf sechs sieben acht neun zehn elf zwolf
cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce
zero un deux trois quatre cinq six sept huit neuf dix onze douze
"""

FUNCTION_WORDS: frozenset[str] = frozenset(fold(_FUNCTION).split())
NEGATIONS: frozenset[str] = frozenset(fold(_NEGATIONS).split())
COMPARISONS: frozenset[str] = frozenset(fold(_COMPARISONS).split())
ABBREVIATIONS: frozenset[str] = frozenset(fold(_ABBREVIATIONS).split())
SENTENCE_STARTERS: frozenset[str] = frozenset(fold(_SENTENCE_STARTERS).split())
PRONOUNS: frozenset[str] = frozenset(fold(_PRONOUNS).split())
YES: frozenset[str] = frozenset(fold(_YES).split())
NO: frozenset[str] = frozenset(fold(_NO).split())
SYMMETRIC: frozenset[str] = frozenset(fold(_SYMMETRIC).split())

HAN_FUNCTION = "的了是在和与與也有很吗嗎呢吧们們这這"
HAN_NEGATIONS = ("并非", "並非", "从未", "從未", "尚未", "不", "没", "沒")

IRREGULAR: dict[str, str] = {
    form: line.split()[0] for line in _IRREGULAR.splitlines() for form in line.split()
}
NUMBER_WORDS: dict[str, str] = {
    word: str(value)
    for line in fold(_NUMBERS).strip().splitlines()
    for value, word in enumerate(line.split())
    if word not in ("one", "un", "uno", "once", "elf")  # more often another word than a number
}
