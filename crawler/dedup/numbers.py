"""Which words are numbers or dates: what alone may differ between two bulletins of one kind.

Forms as `normalise` leaves them (case folded, ё as е), then spelled plainly. Articles that
double as *one* are left out. A language that is missing here still has its digits.
"""

from collections.abc import Iterable

from crawler.dedup.spelling import plain

_WORDS = {
    "be": """студзень студзеня студзені люты лютага лютым сакавік сакавіка сакавіку красавік
        красавіка красавіку май мая маі травень траўня чэрвень чэрвеня чэрвені ліпень ліпеня
        ліпені жнівень жніўня жніўні верасень верасня верасні кастрычнік кастрычніка кастрычніку
        лістапад лістапада лістападзе снежань снежня снежні панядзелак панядзелка аўторак аўторка
        серада сераду чацвер чацвярга пятніца пятніцу субота суботу нядзеля нядзелю два дзве тры
        чатыры пяць шэсць сем восем дзевяць дзесяць сто тысяча тысячы тысяч мільен мільена
        мільенаў""",
    "bg": """януари февруари март април май юни юли август септември октомври ноември декември
        понеделник вторник сряда четвъртък петък събота неделя два две двама три трима четири
        четирима пет петима шест седем осем девет десет единадесет дванадесет двадесет тридесет
        четиридесет петдесет сто двеста триста хиляда хиляди милион милиона милиони милиард
        милиарда първи втори трети""",
    "cs": """leden ledna lednu únor února únoru březen března březnu duben dubna dubnu květen
        května květnu červen června červnu červenec července červenci srpen srpna srpnu září říjen
        října říjnu listopad listopadu prosinec prosince prosinci pondělí úterý středa středu
        čtvrtek pátek sobota sobotu neděle neděli dva dvě dvou tři tří čtyři čtyř pět šest sedm
        osm devět deset dvacet třicet sto tisíc tisíce milion milionu miliony milionů miliarda
        miliardy""",
    "de": """januar jänner februar märz april mai juni juli august september oktober november
        dezember montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag zwei drei
        vier fünf sechs sieben acht neun zehn elf zwölf dreizehn zwanzig dreissig vierzig fünfzig
        hundert tausend million millionen milliarde milliarden""",
    "en": """january february march april may june july august september october november december
        jan feb mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday
        saturday sunday two three four five six seven eight nine ten eleven twelve thirteen
        fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty
        seventy eighty ninety hundred hundreds thousand thousands million millions billion
        billions dozen dozens first second third fourth fifth sixth seventh eighth ninth tenth""",
    "es": """enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre
        noviembre diciembre lunes martes miércoles jueves viernes sábado domingo dos tres cuatro
        cinco seis siete ocho nueve diez once doce veinte treinta cuarenta cincuenta cien ciento
        mil millón millones""",
    "et": """jaanuar jaanuaril veebruar veebruaril märts märtsil aprill aprillil mai mail juuni
        juunil juuli juulil august augustil september septembril oktoober oktoobril november
        novembril detsember detsembril esmaspäev teisipäev kolmapäev neljapäev reede laupäev
        pühapäev kaks kolm neli viis kuus seitse kaheksa üheksa kümme sada tuhat miljon miljonit""",
    "fr": """janvier février mars avril mai juin juillet août septembre octobre novembre décembre
        lundi mardi mercredi jeudi vendredi samedi dimanche deux trois quatre cinq six sept huit
        neuf dix onze douze treize vingt trente quarante cinquante soixante cent cents mille
        million millions milliard milliards""",
    "hr": """siječanj siječnja veljača veljače ožujak ožujka travanj travnja svibanj svibnja
        lipanj lipnja srpanj srpnja kolovoz kolovoza rujan rujna listopad listopada studeni
        studenog prosinac prosinca januar januara februar februara mart marta april aprila maj
        maja jun juna jul jula avgust avgusta septembar septembra oktobar oktobra novembar
        novembra decembar decembra ponedjeljak utorak srijeda četvrtak petak subota nedjelja dva
        dvije dve tri četiri pet šest sedam osam devet deset sto tisuća hiljada milijun milijuna
        milion miliona""",
    "hu": """január februar február március április május június július augusztus szeptember
        október november december januári februári márciusi áprilisi májusi júniusi júliusi
        augusztusi szeptemberi októberi novemberi decemberi januárban februárban márciusban
        áprilisban májusban júniusban júliusban augusztusban szeptemberben októberben novemberben
        decemberben hétfő hétfőn kedd kedden szerda szerdán csütörtök csütörtökön péntek pénteken
        szombat szombaton vasárnap két kettő három négy öt hat hét nyolc kilenc tíz húsz harminc
        negyven ötven száz ezer millió milliárd""",
    "it": """gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre
        dicembre lunedì martedì mercoledì giovedì venerdì sabato domenica due tre quattro cinque
        sei sette otto nove dieci undici dodici venti trenta quaranta cinquanta cento mille mila
        milione milioni miliardo miliardi""",
    "lt": """sausio sausis vasario vasaris kovo kovas balandžio balandis gegužės gegužė birželio
        birželis liepos liepa rugpjūčio rugpjūtis rugsėjo rugsėjis spalio spalis lapkričio
        lapkritis gruodžio gruodis pirmadienį antradienį trečiadienį ketvirtadienį penktadienį
        šeštadienį sekmadienį du dvi trys keturi penki šeši septyni aštuoni devyni dešimt šimtas
        tūkstantis tūkstančiai tūkstančių milijonas milijonai milijonų""",
    "lv": """janvāris janvārī februāris februārī marts martā aprīlis aprīlī maijs maijā jūnijs
        jūnijā jūlijs jūlijā augusts augustā septembris septembrī oktobris oktobrī novembris
        novembrī decembris decembrī pirmdien otrdien trešdien ceturtdien piektdien sestdien
        svētdien divi divas trīs četri pieci seši septiņi astoņi deviņi desmit simts tūkstotis
        tūkstoši tūkstošu miljons miljoni miljonu""",
    "nl": """januari februari maart april mei juni juli augustus september oktober november
        december maandag dinsdag woensdag donderdag vrijdag zaterdag zondag twee drie vier vijf
        zes zeven acht negen tien elf twaalf twintig dertig veertig vijftig honderd duizend
        miljoen miljard""",
    "pl": """styczeń stycznia styczniu luty lutego lutym marzec marca marcu kwiecień kwietnia
        kwietniu maj maja maju czerwiec czerwca czerwcu lipiec lipca lipcu sierpień sierpnia
        sierpniu wrzesień września wrześniu październik października październiku listopad
        listopada listopadzie grudzień grudnia grudniu poniedziałek wtorek środa środę czwartek
        piątek sobota sobotę niedziela niedzielę dwa dwie dwóch dwoje trzy trzech cztery czterech
        pięć pięciu sześć sześciu siedem siedmiu osiem ośmiu dziewięć dziewięciu dziesięć
        dziesięciu jedenaście dwanaście dwadzieścia trzydzieści czterdzieści pięćdziesiąt sto
        dwieście trzysta tysiąc tysiące tysięcy milion miliona miliony milionów miliard miliarda
        miliardów""",
    "pt": """janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro
        dezembro segunda terça quarta quinta sexta sábado domingo dois duas três quatro cinco seis
        sete oito nove dez onze doze vinte trinta quarenta cinquenta cem cento mil milhão
        milhões""",
    "ro": """ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie
        noiembrie decembrie luni marți marţi miercuri joi vineri sâmbătă duminică doi două trei
        patru cinci șase şase șapte şapte opt nouă zece unsprezece doisprezece douăzeci treizeci
        patruzeci cincizeci sută sute mie mii milion milioane miliard miliarde""",
    "ru": """январь января январе февраль февраля феврале март марта марте апрель апреля апреле
        май мая мае июнь июня июне июль июля июле август августа августе сентябрь сентября
        сентябре октябрь октября октябре ноябрь ноября ноябре декабрь декабря декабре понедельник
        понедельника вторник вторника среда среду среды четверг четверга пятница пятницу пятницы
        суббота субботу субботы воскресенье воскресенья два две двух двое трое три трех четыре
        четырех четверо пять пяти пятеро шесть шести семь семи восемь восьми девять девяти десять
        десяти одиннадцать двенадцать пятнадцать двадцать двадцати тридцать тридцати сорок сорока
        пятьдесят пятидесяти шестьдесят семьдесят восемьдесят девяносто сто ста двести триста
        пятьсот тысяча тысячи тысяч тысячу миллион миллиона миллионов миллиард миллиарда
        миллиардов десятки сотни первый первая первое второй вторая второе третий третья третье""",
    "sk": """január januára januári február februára februári marec marca marci apríl apríla
        apríli máj mája máji jún júna júni júl júla júli august augusta auguste september
        septembra septembri október októbra októbri november novembra novembri december decembra
        decembri pondelok utorok streda stredu štvrtok piatok sobota sobotu nedeľa nedeľu dva dve
        dvoch tri troch štyri päť šesť sedem osem deväť desať dvadsať tridsať sto tisíc milión
        milióna milióny miliónov miliarda miliardy""",
    "tr": """ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık pazartesi
        salı çarşamba perşembe cuma cumartesi pazar iki üç dört beş altı yedi sekiz dokuz yirmi
        otuz kırk elli yüz bin milyon milyar""",
    "uk": """січень січня січні лютий лютого лютому березень березня березні квітень квітня квітні
        травень травня травні червень червня червні липень липня липні серпень серпня серпні
        вересень вересня вересні жовтень жовтня жовтні листопад листопада листопаді грудень грудня
        грудні понеділок понеділка вівторок вівторка середа середу середи четвер четверга п'ятниця
        п'ятницю п'ятниці субота суботу суботи неділя неділю неділі два дві двох двоє троє три
        трьох чотири чотирьох четверо п'ять п'яти п'ятеро шість шести сім семи вісім восьми
        дев'ять дев'яти десять десяти одинадцять дванадцять п'ятнадцять двадцять двадцяти тридцять
        тридцяти сорок сорока п'ятдесят шістдесят сімдесят вісімдесят дев'яносто сто ста двісті
        триста п'ятсот тисяча тисячі тисяч тисячу мільйон мільйона мільйонів мільярд мільярда
        мільярдів десятки сотні перший перша перше другий друга друге третій третя третє""",
}  # fmt: skip

_NUMBERS = frozenset(word for words in _WORDS.values() for word in plain(words.split()))


def which_are_numbers(words: Iterable[str]) -> list[bool]:
    """Return for each word, plainly spelled, whether it is a number, a month or a weekday."""
    return [
        word in _NUMBERS or (not word.isalpha() and any(map(str.isdigit, word))) for word in words
    ]
