"""What outlets write around their articles, in the languages of the region.

Each block holds one regular expression a line, matched without regard to case; a line that
begins with `#` names the language of those below it.
"""

import re

READ_ALSO = r"""
# en
read (?:also|more|next|on|:)
also read
see (?:also|more)
related(?: (?:article|stor(?:y|ie)|content|topic)s?)?\s*:
more on this
(?:recommended|(?:watch|listen|explained)(?: now)?)\s*[:|]
don['’]t miss
# uk
читайте (?:також|ще|нас)
читай також
дивіться також
також (?:читайте|дивіться)
по темі\s*:
(?:більше|ще|цікаве) (?:про|на|за|по) тем[уиі]
нагадаємо, раніше ми писали
# ru
(?:читайте|читать|смотрите) (?:также|ещ[её]|тоже)
также (?:читайте|смотрите)
по теме\s*:
# be
чытайце (?:таксама|яшчэ)
глядзіце таксама
# pl
czytaj (?:też|także|również|więcej|dalej)
zobacz (?:też|także|również|więcej)
przeczytaj (?:też|także|również)
(?:polecamy|warto przeczytać)\s*:?
# ro
cite[șş](?:te|ti|ți|ţi) (?:[șş]i|mai mult)
vezi [șş]i
# hu
olvass(?:a|d) (?:el|tovább)
kapcsolódó cikk
lásd még
# sk cs
(?:prečítajte|prečítaj) si
čítajte (?:aj|tiež|viac)
pozrite (?:si )?(?:aj|tiež)
(?:čtěte|přečtěte si) (?:také|i|více)
# lt lv
(?:taip pat )?skaitykite(?: taip pat| daugiau)?\s*:
lasi(?:et)? (?:arī|vairāk)
# bg
(?:прочетете|вижте|четете) (?:още|също|и)
още по темата
# tr
(?:ayrıca|bunu da|şunu da|bunlar da) (?:oku|bak)\w*
ilgili haber(?:ler)?\s*:
# de
lesen sie (?:auch|mehr|hier|dazu)
(?:mehr (?:zum thema|dazu)|auch interessant|lies auch|das könnte sie auch interessieren)
"""

OFFERS = r"""
# en
sign up (?:to|for) (?:our|the|breaking|free|daily)
(?:sign in or )?create an account
enjoy additional articles
share your thoughts and join
get e-?mail updates from
you must (?:confirm your public display name|be logged in|log in)\b
subscribe to (?:our|the)
follow (?:us|@?\w+(?: \w+)?) on (?:google|facebook|twitter|x|instagram|telegram|whatsapp)\b
our website is the place for
join (?:us on|our (?:telegram|whatsapp))
get (?:our|the) (?:daily|free|latest)
click here to
all rights reserved
(?:copyright )?©
# uk
(?:підписуй(?:тесь|теся|ся)|підпиш(?:іться|ись)|підписатися)
(?:долучай|приєднуй)(?:тесь|теся)
стежте за нами
# ru
(?:подписывайтесь|подпишитесь|подписаться)
следите за нами
# be
пад(?:пісвай|піш[ыі])цеся
# pl
(?:zapisz się na|subskrybuj|obserwuj nas|śledź nas|dołącz do nas)
# ro
abon(?:ează-te|ați-vă|aţi-vă)
urmări(?:ți|ţi)-ne|urmărește-ne
# hu
(?:iratkozz?on fel|köves(?:sen|s) minket)
# sk
(?:prihlás(?:te|iť) sa (?:na|k)|odoberajte|sledujte nás)
# bg tr
(?:абонирай(?:те)? се|последвайте ни|следвайте ни)
(?:bülten(?:imiz)?e|kanalımıza) abone ol\w*
(?:bizi .{0,20}takip edin|abone ol(?:un)?\b)
# lt lv
(?:prenumeruokite|sekite mus|pieraksties|seko mums)
# de
(?:(?:jetzt )?abonnieren sie|(?:newsletter|jetzt) abonnieren|folgen sie uns|melden sie sich)
"""

EMBEDS = r"""
# en
(?:recommended|embedded) (?:editorial )?content
to view this (?:content|video|article)
this (?:content|video|article) (?:is hosted|contains content|may contain)
# uk ru
(?:цей|этот) (?:контент|допис|пост) (?:недоступн|можн|доступ)\w*
# pl
(?:treść zewnętrzna|aby (?:zobaczyć|wyświetlić) (?:tę|ten|te))
# ro hu sk cs
(?:acest conținut este|a tartalom megtekintéséhez|tento obsah (?:je|sa|se))
# de
empfohlener (?:redaktioneller|externer) inhalt
(?:an dieser stelle (?:find|steh|befind)|hier (?:findest du|finden sie) (?:einen )?extern)\w*
ich bin (?:damit )?einverstanden, dass
personenbezogene daten können an drittplattformen
"""

FURNITURE = r"""
# all: a line that is nothing but this
share(?: this)?(?: article| story)?
(?:tweet|e-?mail|print|whatsapp|facebook|twitter|telegram|viber|copy link|loading\.*)
(?:advertisement|реклама|рэклама|reklam[aáy]?|hirdetés|werbung|anzeige|publicitate)
(?:поділитися|поделиться|падзяліцца|udostępnij|podziel się|teilen|zdieľať|paylaş)
(?:distribuie|megosztás|споделете|сподели)
(?:comments?|коментарі?|комментарии|каментары|komentarze|comentarii|hozzászólások|yorumlar)
(?:komentáre|kommentare|diskusia|tags?|теги|etiketler|címkék|etichete)
\W*
"""

LAST = r"""
# en
about the (?:authors?|writers?|reporters?)
(?:more|other|latest|top|trending|popular|related) (?:stories|articles|news|posts|headlines|videos)
you (?:may|might) (?:also )?(?:like|enjoy)
(?:recommended for you|more from .{2,30}|editors?['’] picks?)
(?:leave a (?:comment|reply)|join the (?:conversation|discussion)|comments?(?: \(\d+\))?)
# uk
(?:про автора|новини за темою|схожі (?:новини|матеріали)|останні новини|популярн(?:е|і новини))
(?:більше новин|головні новини|вибір редакції|новини партнерів|теги)
# ru
(?:об авторе|новости по теме|похожие (?:новости|материалы)|последние новости)
популярн(?:ое|ые новости)
(?:материалы по теме|выбор редакции|новости партн[её]ров|главные новости)
# be
(?:пра аўтара|навіны па тэме|апошнія навіны)
# pl
(?:o autor(?:ze|ce|ach)|polecane|najnowsze|najpopularniejsze|więcej na temat)
(?:komentarze|powiązane (?:artykuły|tematy)|tagi)
# ro
(?:despre autor|articole similare|cele mai (?:citite|noi)|știri similare|recomandări)
# hu
(?:a szerzőről|kapcsolódó cikkek|legolvasottabb|legfrissebb|ajánljuk)
# sk cs
(?:o autorovi|súvisiace články|související články|najčítanejšie|nejčtenější)
# bg tr
(?:за автора|още по темата|най-четени|последни новини|свързани (?:статии|новини)|коментари)
(?:yazar hakkında|ilgili haberler|en çok okunan(?:lar)?|son (?:haberler|dakika)|yorumlar|etiketler)
# lt lv
(?:apie autorių|susiję straipsniai|par autoru|saistītie raksti)
# de
(?:über|zu) de[nr] autor(?:in)?
(?:meistgelesen|weitere (?:artikel|themen|nachrichten)|dieses thema im programm)
"""

COMMENTS = r"""
# all: what heads the readers' answers, with their number before or behind
(?:comments?|responses|leave a (?:comment|reply)|join the discussion)
(?:коментар(?:і|ів|и)?|комментари(?:и|ев|й|я)|каментар(?:ы|оў|ыі)|обсуждение|обговорення)
(?:всего комментариев|усього коментарів|komentarz(?:e|y|ów)|opinie|forum|dyskusja)
(?:comentari(?:i|ile)|hozzászólás(?:ok)?|kommentek|diskusia|diskuse|komentáře?|komentár[ei]?)
(?:дискусия|мнения|kommentare?|leser(?:kommentare|meinungen)|diskussion|yorum(?:lar)?)
"""

READING = r"""
# all: how long it takes, and when it appeared
\d+\s?min(?:uten|utes|ut[yę]?|úty|\.)?\s?(?:lesezeit|read(?:ing time)?|czytania|čítania|čtení)?
\d+\s?(?:хв(?:илин\w*)?|мин(?:ут\w*)?)\.?\s?(?:читання|чтения)?
(?:lesezeit|reading time|czas czytania|час читання|время чтения)\s*:?\s*\d+.{0,12}
(?:veröffentlicht|aktualisiert|erstellt|stand)\b[^.!?]{0,12}\d.{0,20}(?:20\d\d|\d\d:\d\d).{0,20}
(?:published|posted|(?:last )?updated)\b.{0,25}(?:20\d\d|\d\d:\d\d).{0,20}
(?:опубліковано|оновлено|опубликовано|обновлено)\b.{0,25}(?:20\d\d|\d\d:\d\d).{0,20}
(?:opublikowano|aktualizacja|publikované|frissítve|publicat)\b.{0,25}(?:20\d\d|\d\d:\d\d).{0,20}
"""

CREDIT = r"""
# all: what stands before whom a picture is from, at the end of its caption
(?:bild(?:rechte|quelle)?|foto(?:graf|grafie)?|fotó|photo(?:graph)?(?: credit| by)?)
(?:image(?: credit)?)
(?:picture(?: credit)?|фот[ао]|світлина|снимк[аи]|здымак|fotoğraf(?:lar)?|zdjęcie|fot|kép|nuotr)
credits?
"""

PHOTO = r"""
# all: the beginning of a picture credit
(?:file |handout )?photos?(?: credit| by)?
(?:images?(?: credit)?|picture)
фото(?: з| із| ілюстративне|графія|графия)?
(?:іл|ил)люстрация|ілюстрація
(?:снимк[аи]|фота|fotoğraf(?:lar)?)
(?:zdj(?:ęcie)?|fot|foto|fotó|kép|bild|nuotr|źródło zdjęcia)
"""

SOURCE = r"""
# all: what stands before whom a text is from, on a line of its own
(?:джерел[оа]|источники?|крыніц[аы]|източни(?:к|ци))
(?:źródł[oa]|sursa|surse|forrás(?:ok)?|zdroj[e]?|kaynak(?:lar)?|quellen?|sources?)
"""

CHALLENGE = r"""
# en
just a moment
attention required
verify(?:ing)? (?:that )?you are (?:a )?human
are you a (?:robot|human)
checking (?:if the site connection|your browser)
ddos-guard
pardon our interruption
access (?:to this page has been )?denied
enable javascript and cookies to continue
request unsuccessful
unusual traffic
# uk
перевірка браузера
підтвердьте, що ви (?:не робот|людина)
# ru
проверка браузера
подтвердите, что вы не робот
# pl
potwierdź, że nie jesteś robotem
"""

CONSENT = r"""
# en
before you continue
we value your privacy
we and our partners
consent to (?:the use|cookies)
cookie (?:policy|consent|settings)
accept all
access this website from a country belonging to the european economic area
unavailable (?:in your (?:country|region|location)|for legal reasons)
# de
(?:zustimmen|datenschutz|einwilligung)
# pl
(?:akceptuj|pliki cookies?|polityk[aę] prywatności)
# uk ru
згод[ау] на обробку
файл[иы] cookie
# sk hu ro lt lv
súhlas so
(?:sütik|adatvédelm)
consim[țţ]ământ
(?:slapukai|sīkdatn)
(?:súbory|soubory) cookie
cookie-uri
# bg tr
(?:бисквитки|çerez (?:politikası|kullan))
"""

GONE = r"""
# en
\b(?:(?:error|помилка|ошибка|памылка|błąd|eroare|hiba|chyba|fehler|klaida|kļūda)[ :]*)?404\b
page (?:you requested )?(?:was |could )?not (?:be )?found
page (?:does not|doesn['’]t) exist
no longer available
has been removed
# uk ru be
сторінк\w+ не (?:знайден|існує)
страниц\w+ не (?:найден|существует)
старонк\w+ не (?:знойдзен|існуе)
# pl
strona nie (?:istnieje|została znaleziona)
nie znaleziono strony
# bg tr
страницата не (?:е намерена|съществува|може да бъде намерена)
sayfa bulunamadı
# ro
pagin[ăa] nu (?:a fost găsită|există)
# hu
az oldal nem található
# sk cs
stránka (?:neexistuje|nebola nájdená|nenalezena)
# lt lv
puslapis nerastas
lapa nav atrasta
# de
seite (?:wurde )?nicht gefunden
"""

PAYWALL = r"""
# en
subscribe to (?:continue|read|unlock)
to continue reading
already a subscriber
this (?:article|content|story) is (?:only )?(?:for|available to) (?:\w+ )?subscribers
subscribers? only
log in to (?:continue|read)
# uk ru
читати далі.{0,40}(?:передплат|підпис)
за передплатою
прочита.{0,60}оформіть (?:передплату|підписку)
(?:доступн\w*|призначен\w*).{0,15}(?:передплатник|підписник|підпискою)
только для подписчиков
доступно по подписке
чита\w+ .{0,40}оформите подписку
доступ\w+ (?:только )?(?:подписчик|по подписке)
# bg
(?:материал\w*|статия\w*|съдържание\w*) е .{0,12}(?:за|на) абонати
за да (?:прочетете|продължите).{0,40}абонира
# pl
dla (?:subskrybentów|prenumeratorów)
dostęp do tego artykułu
wykup dostęp
pozostało \d+ ?% artykułu
# sk hu ro lt
(?:len|iba) (?:pre )?predplatite(?:ľov|lia)
(?:jen|pouze) (?:pro )?předplatitel
číst dál.{0,20}předpla
odomknite článok
csak előfizetők
articol (?:rezervat|exclusiv) abona[țţ]ilor
disponibil (?:doar|numai|exclusiv) (?:pentru )?abona[țţ]i
tik prenumeratoriams
(?:lasīt|pieejams) tikai abonenti
# tr fr
yalnızca abonelere
article est réservé (?:aux|à nos) abonnés
il vous reste [\d.,]+ ?% de cet article
# de
(?:jetzt weiterlesen|weiterlesen mit|nur für abonnenten|mit einem abo)
"""


def any_of(block: str, *, before: str = "", after: str = "") -> re.Pattern[str]:
    """Return a pattern that matches any phrase of a block, between what must surround it."""
    phrases = [line for line in block.splitlines() if line and not line.startswith("#")]
    return re.compile(f"{before}(?:{'|'.join(phrases)}){after}", re.IGNORECASE)
