"""The words for numbers and dates, as `normalise` leaves them (case folded, ё as е).

Words that mean something else and more often, in their own language or in another, are left out
(May, the Dutch *het*), and articles that double as *one*. A language that is missing here still has
its digits.
"""

SMALL_NUMBERS = {  # each in digits, then the words that are spelled out for it
    "be": """2 два дзве двух двум двума двое 3 тры трох тром трыма трое 4 чатыры чатырох чатырма
        чацвёра 5 пяць пяці пяцёра 6 шэсць шасці 7 сем сямі 8 восем васьмі 9 дзевяць дзевяці
        10 дзесяць дзесяці 11 адзінаццаць адзінаццаці 12 дванаццаць дванаццаці""",
    "bg": """2 два две двама двете двата 3 три трима трите тримата 4 четири четирима четирите 5 пет
        петима петте 6 шест шестима шестте 7 седем седмина 8 осем осмина 9 девет 10 десет 11
        единадесет единайсет 12 дванадесет дванайсет""",
    "cs": """2 dva dvě dvou dvěma dvoje 3 tři tří třem třemi 4 čtyři čtyř čtyřem čtyřmi 5 pět pěti
        6 šest šesti 7 sedm sedmi 8 osm osmi 9 devět devíti 10 deset deseti 11 jedenáct
        jedenácti 12 dvanáct dvanácti""",
    "de": """2 zwei 3 drei 4 vier 5 fünf 6 sechs 7 sieben 8 acht 9 neun 10 zehn 11 elf 12 zwölf""",
    "el": """2 δύο 3 τρεις τρία τριών 4 τέσσερις τέσσερα τεσσάρων 5 πέντε 6 έξι 7 επτά εφτά 8 οκτώ
        οχτώ 9 εννέα εννιά 10 δέκα 11 έντεκα 12 δώδεκα""",
    "en": """2 two 3 three 4 four 5 five 6 six 7 seven 8 eight 9 nine 11 eleven 12 twelve""",
    "es": """4 cuatro 5 cinco 6 seis 7 siete 8 ocho 9 nueve 10 diez 12 doce""",
    "et": """2 kaks kahe 3 kolm kolme 4 neli nelja 5 viis viie 6 kuus kuue 7 seitse seitsme 8
        kaheksa 9 üheksa 10 kümme kümne""",
    "fr": """2 deux 3 trois 4 quatre 5 cinq 6 six 7 sept 8 huit 9 neuf 10 dix 12 douze""",
    "hr": """2 dva dvije dve dvoje dvojica dvojice dvoma 3 tri troje trojica trojice 4 četiri
        četvero četvorica četvorice 5 pet petero petorica petorice 6 šest šestero 7 sedam
        sedmero 8 osam 9 devet 10 deset 11 jedanaest 12 dvanaest""",
    "hu": """2 két kettő 3 három 4 négy 5 öt 8 nyolc 9 kilenc 10 tíz 11 tizenegy 12 tizenkét
        tizenkettő""",
    "it": """3 tre 4 quattro 5 cinque 7 sette 8 otto 10 dieci 11 undici 12 dodici""",
    "lt": """2 dvi dviejų 3 trys trijų tris 4 keturi keturis keturių 5 penki penkis penkių 6 šeši
        šešis šešių 7 septyni septynis septynių 8 aštuoni aštuonis aštuonių 9 devyni devynis
        devynių 10 dešimt dešimties 11 vienuolika 12 dvylika""",
    "lv": """2 divi divas divus divu 3 trīs triju 4 četri četras četrus četru 5 pieci piecas piecus
        piecu 6 seši sešas sešus sešu 7 septiņi septiņas septiņus septiņu 8 astoņi astoņas
        astoņus astoņu 9 deviņi deviņas deviņus deviņu 10 desmit 11 vienpadsmit 12 divpadsmit""",
    "mk": """7 седум sedum 8 осум osum""",
    "nl": """2 twee 3 drie 4 vier 5 vijf 6 zes 7 zeven 8 acht 9 negen 10 tien 12 twaalf""",
    "pl": """2 dwa dwie dwaj dwóch dwu dwoje dwojga dwóm dwoma 3 trzy trzej trzech trzem troje
        trojga 4 cztery czterej czterech czterem czworo czworga 5 pięć pięciu pięcioro 6 sześć
        sześciu sześcioro 7 siedem siedmiu siedmioro 8 osiem ośmiu 9 dziewięć dziewięciu 10
        dziesięć dziesięciu 11 jedenaście jedenastu 12 dwanaście dwunastu""",
    "pt": """2 dois duas 4 quatro 5 cinco 6 seis 7 sete 8 oito 10 dez 12 doze""",
    "ro": """2 doi două 3 trei 4 patru 5 cinci 6 șase şase 7 șapte şapte 8 opt 9 nouă 10 zece 11
        unsprezece 12 doisprezece douăsprezece""",
    "ru": """2 два две двух двум двумя двое двоих 3 три трех трем тремя трое троих 4 четыре четырех
        четырем четырьмя четверо четверых 5 пять пяти пятью пятеро пятерых 6 шесть шести
        шестью шестеро шестерых 7 семь семи семеро семерых 8 восемь восьми восемью восьмеро
        восьмерых 9 девять девяти девятью 10 десять десяти десятью 11 одиннадцать одиннадцати
        12 двенадцать двенадцати""",
    "sk": """2 dva dve dvoch dvom dvoma dvaja 3 tri troch trom troma traja 4 štyri štyroch štyrom
        štyrmi štyria 5 piatich piati 6 šesť šiestich šiesti 7 sedem siedmich siedmi 8 osem
        ôsmich ôsmi 9 deväť deviatich 10 desať desiatich 11 jedenásť jedenástich 12 dvanásť
        dvanástich""",
    "sl": """2 dva dve dveh 3 tri trije treh 4 štiri štirje štirih 5 petih 6 šestih 7 sedmih 8
        osmih 9 devetih 10 desetih 11 enajst 12 dvanajst""",
    "sv": """2 två 4 fyra 5 fem 7 sju 8 åtta 9 nio 10 tio 11 elva 12 tolv""",
    "tr": """3 üç 5 beş 7 yedi 8 sekiz 9 dokuz""",
    "uk": """2 два дві двох двом двома двоє 3 три трьох трьом трьома троє 4 чотири чотирьох
        чотирьом чотирма четверо 5 п'ять п'яти п'ятьох п'ятеро п'ятьма 6 шість шести шістьох
        шестеро 7 сім семи сімох семеро 8 вісім восьми вісьмох восьмеро 9 дев'ять дев'яти
        дев'ятьох 10 десять десяти десятьох 11 одинадцять одинадцяти 12 дванадцять дванадцяти""",
}  # fmt: skip

MONTHS_DAYS_AND_LARGER_NUMBERS = {
    "be": """студзень студзеня студзені люты лютага лютым сакавік сакавіка сакавіку красавік
        красавіка красавіку май мая маі травень траўня чэрвень чэрвеня чэрвені ліпень ліпеня
        ліпені жнівень жніўня жніўні верасень верасня верасні кастрычнік кастрычніка
        кастрычніку лістапад лістапада лістападзе снежань снежня снежні панядзелак панядзелка
        аўторак аўторка серада сераду чацвер чацвярга пятніца пятніцу субота суботу нядзеля
        нядзелю сто тысяча тысячы тысяч мільен мільена мільенаў""",
    "bg": """януари февруари март април май юни юли август септември октомври ноември декември
        понеделник вторник сряда четвъртък петък събота неделя двадесет тридесет четиридесет
        петдесет сто двеста триста хиляда хиляди милион милиона милиони милиард милиарда първи
        втори трети""",
    "cs": """leden ledna lednu února únoru březen března březnu duben dubna dubnu květen května
        květnu červen června červnu červenec července červenci srpen srpna srpnu září říjen
        října říjnu listopad listopadu prosinec prosince prosinci pondělí úterý středa středu
        čtvrtek pátek sobota sobotu neděle neděli dvacet třicet sto tisíc tisíce milion
        milionu miliony milionů miliarda miliardy""",
    "de": """januar jänner februar märz april juni juli august september oktober november dezember
        montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag dreizehn zwanzig
        dreissig vierzig fünfzig hundert tausend million millionen milliarde milliarden""",
    "en": """january february march april june july august september october november december jan
        feb apr jun jul aug sep oct nov dec monday tuesday wednesday thursday friday saturday
        sunday thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty
        forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands million
        millions billion billions dozen dozens first second third fourth fifth sixth seventh
        eighth ninth tenth""",
    "es": """enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre
        noviembre diciembre lunes martes miércoles jueves viernes sábado domingo veinte
        treinta cuarenta cincuenta cien ciento mil millón millones""",
    "et": """jaanuar jaanuaril veebruar veebruaril märts märtsil aprill aprillil mail juuni juunil
        juuli juulil august augustil september septembril oktoober oktoobril november
        novembril detsember detsembril esmaspäev teisipäev kolmapäev neljapäev reede laupäev
        pühapäev tuhat miljon miljonit""",
    "fr": """janvier février mars avril juin juillet août septembre octobre novembre décembre lundi
        mardi mercredi jeudi vendredi samedi dimanche treize vingt trente quarante cinquante
        soixante cent cents mille million millions milliard milliards""",
    "hr": """siječanj siječnja veljača veljače ožujak ožujka travanj travnja svibanj svibnja lipanj
        lipnja srpanj srpnja kolovoz kolovoza rujan rujna listopad listopada studeni studenog
        prosinac prosinca januar januara februar februara mart marta april aprila maj maja jun
        juna jul jula avgust avgusta septembar septembra oktobar oktobra novembar novembra
        decembar decembra ponedjeljak utorak srijeda četvrtak petak subota nedjelja sto tisuća
        hiljada milijun milijuna milion miliona""",
    "hu": """január februar február március április május június július augusztus szeptember
        október november december januári februári márciusi áprilisi májusi júniusi júliusi
        augusztusi szeptemberi októberi novemberi decemberi januárban februárban márciusban
        áprilisban májusban júniusban júliusban augusztusban szeptemberben októberben
        novemberben decemberben hétfő hétfőn kedd kedden szerda szerdán csütörtök csütörtökön
        péntek pénteken szombat szombaton vasárnap húsz harminc negyven ötven száz ezer millió
        milliárd""",
    "it": """gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre
        dicembre lunedì martedì mercoledì giovedì venerdì sabato domenica venti trenta
        quaranta cinquanta cento mille mila milione milioni miliardo miliardi""",
    "lt": """sausio sausis vasario vasaris kovo kovas balandžio balandis gegužės gegužė birželio
        birželis liepos liepa rugpjūčio rugpjūtis rugsėjo rugsėjis spalio spalis lapkričio
        lapkritis gruodžio gruodis pirmadienį antradienį trečiadienį ketvirtadienį penktadienį
        šeštadienį sekmadienį šimtas tūkstantis tūkstančiai tūkstančių milijonas milijonai
        milijonų""",
    "lv": """janvāris janvārī februāris februārī marts martā aprīlis aprīlī maijs maijā jūnijs
        jūnijā jūlijs jūlijā augusts augustā septembris septembrī oktobris oktobrī novembris
        novembrī decembris decembrī pirmdien otrdien trešdien ceturtdien piektdien sestdien
        svētdien simts tūkstotis tūkstoši tūkstošu miljons miljoni miljonu""",
    "nl": """januari februari maart april mei juni juli augustus september oktober november
        december maandag dinsdag woensdag donderdag vrijdag zaterdag zondag twintig dertig
        veertig vijftig honderd duizend miljoen miljard""",
    "pl": """styczeń stycznia styczniu luty lutego lutym marzec marca marcu kwiecień kwietnia
        kwietniu maj maja maju czerwiec czerwca czerwcu lipiec lipca lipcu sierpień sierpnia
        sierpniu wrzesień września wrześniu październik października październiku listopad
        listopada listopadzie grudzień grudnia grudniu poniedziałek wtorek środa środę
        czwartek piątek sobota sobotę niedziela niedzielę dwadzieścia trzydzieści czterdzieści
        pięćdziesiąt sto dwieście trzysta tysiąc tysiące tysięcy milion miliona miliony
        milionów miliard miliarda miliardów""",
    "pt": """janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro
        dezembro segunda terça quarta quinta sexta sábado domingo vinte trinta quarenta
        cinquenta cem cento mil milhão milhões""",
    "ro": """ianuarie februarie martie aprilie iunie iulie august septembrie octombrie noiembrie
        decembrie luni marți marţi miercuri joi vineri sâmbătă duminică douăzeci treizeci
        patruzeci cincizeci sută sute mie mii milion milioane miliard miliarde""",
    "ru": """январь января январе февраль февраля феврале март марта марте апрель апреля апреле май
        мая мае июнь июня июне июль июля июле август августа августе сентябрь сентября
        сентябре октябрь октября октябре ноябрь ноября ноябре декабрь декабря декабре
        понедельник понедельника вторник вторника среда среду среды четверг четверга пятница
        пятницу пятницы суббота субботу субботы воскресенье воскресенья пятнадцать двадцать
        двадцати тридцать тридцати сорок сорока пятьдесят пятидесяти шестьдесят семьдесят
        восемьдесят девяносто сто ста двести триста пятьсот тысяча тысячи тысяч тысячу миллион
        миллиона миллионов миллиард миллиарда миллиардов десятки сотни первый первая первое
        второй вторая второе третий третья третье""",
    "sk": """január januára januári február februára februári marec marca marci apríl apríla apríli
        máj mája máji jún júna júni júl júla júli august augusta auguste september septembra
        septembri október októbra októbri november novembra novembri december decembra
        decembri pondelok utorok streda stredu štvrtok piatok sobota sobotu nedeľa nedeľu
        dvadsať tridsať sto tisíc milión milióna milióny miliónov miliarda miliardy""",
    "tr": """ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık pazartesi
        salı çarşamba perşembe cuma cumartesi pazar altı yirmi otuz kırk elli yüz milyon
        milyar""",
    "uk": """січень січня січні лютий лютого лютому березень березня березні квітень квітня квітні
        травень травня травні червень червня червні липень липня липні серпень серпня серпні
        вересень вересня вересні жовтень жовтня жовтні листопад листопада листопаді грудень
        грудня грудні понеділок понеділка вівторок вівторка середа середу середи четвер
        четверга п'ятниця п'ятницю п'ятниці субота суботу суботи неділя неділю неділі
        п'ятнадцять двадцять двадцяти тридцять тридцяти сорок сорока п'ятдесят шістдесят
        сімдесят вісімдесят дев'яносто сто ста двісті триста п'ятсот тисяча тисячі тисяч
        тисячу мільйон мільйона мільйонів мільярд мільярда мільярдів десятки сотні перший
        перша перше другий друге третій третя третє""",
}  # fmt: skip
