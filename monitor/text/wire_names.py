"""Names that wire furniture is made of: agencies, months, places that agencies write from, small words of place names.

Only what is printed in datelines and credits belongs here; a name that is missing is a credit left in the text, which
costs less than text taken for a credit.
"""

# ruff: noqa: SIM905 - names are read and kept more easily as plain lines than as quoted lists

from __future__ import annotations

AGENCIES = tuple(
    "AAP|AA|ACCESSWIRE|Adnkronos|AFP|AGERPRES|AGI|Anadolu|Anadolu Agency|Andina|ANGOP|ANI|ANSA|ANTARA|AP|APA|APP|"
    "ARKA|ARMENPRESS|Armenpress|АРМЕНПРЕСС|Арменпресс|ARMINFO|Associated Press|The Associated Press|"
    "Agence France-Presse|ATS|AWP|AZERTAC|AZƏRTAC|AzerTAc|AZERTAJ|АЗЕРТАДЖ|AKIpress|Asia-Plus|askanews|Askanews|"
    "Belga|BelTA|BELTA|БЕЛТА|БелТА|BERNAMA|Bernama|BSS|BTA|BUSINESS WIRE|Canadian Press|The Canadian Press|CP|CNA|"
    "CTK|ČTK|DHA|DPA|dpa|EFE|Europa Press|FARS|GLOBE NEWSWIRE|IANS|İHA|IHA|INA|Interfax|INTERFAX|INTERFAX.RU|"
    "Интерфакс|ИНТЕРФАКС|IRNA|ISNA|Jiji|JTA|KAZINFORM|Kazinform|КАЗИНФОРМ|Казинформ|Kabar|КАБАР|Кабар|Keystone-SDA|"
    "Keystone-ATS|KUNA|KYODO|Kyodo|Kyodo News|KYODO NEWS|Lusa|LUSA|MEHR|MNA|MENA|MIA|MTI|NAN|NNI|NTB|OPA|PAP|Petra|"
    "PNA|PPI|PRNewswire|PRNewswire-Asia|PR Newswire|PTI|QNA|Report|REPORT.AZ|Report.az|REUTERS|Reuters|RIA Novosti|"
    "РИА Новости|Ritzau|SANA|SDA|SPA|STA|STT|TANJUG|Tanjug|Tasnim|TASR|TASS|ТАСС|Thomson Reuters Foundation|Trend|"
    "Тренд|TT|Turan|Туран|UzA|УзА|UKRINFORM|Ukrinform|Укринформ|Укрінформ|UNI|UPI|VNA|WAFA|WAM|Xinhua|XINHUA|Yonhap|"
    "YONHAP".split("|")
)

# As Arabic, Persian and Urdu datelines print them.
UNCASED_AGENCIES = tuple(
    "رويترز|رویترز|أ ف ب|ا ف ب|د ب أ|أ ب|واس|وام|سانا|وفا|بنا|قنا|كونا|بترا|واع|وال|أ ش أ|الأناضول|آناتولی|ایرنا|"
    "ایسنا|فارس|تسنیم|مهر|ایلنا|شينخوا|شین‌ہوا|تاس|سبوتنيك|نوفوستي|أذرتاج|اے ایف پی|این این آئی|آئی این پی|اے پی پی|"
    "ٹی این ایس|آن لائن|صباح نیوز|ثنا نیوز|اے اے|ویب ڈیسک|نیوز ڈیسک|اسٹاف رپورٹر|سٹاف رپورٹر|نمائندہ خصوصی|نامہ نگار|"
    "خبر ایجنسی|ایجنسیاں|شنہوا|رائٹرز".split("|")
)

# Cities that open reports in Arabic script, also without an agency.
UNCASED_CITIES = tuple(
    "اسلام آباد|لاہور|کراچی|پشاور|کوئٹہ|راولپنڈی|ملتان|فیصل آباد|حیدرآباد|مظفرآباد|گلگت|سیالکوٹ|نئی دہلی|سری نگر|"
    "کابل|باکو|انقرہ|استنبول|تہران|ماسکو|واشنگٹن|نیویارک|لندن|بیجنگ|ریاض|دبئی|دوحہ|جنیوا|تهران|مشهد|تبریز|اصفهان|"
    "شیراز|مسکو|آنکارا|واشنگتن|القاهرة|الرياض|جدة|مكة المكرمة|المدينة المنورة|بيروت|دمشق|بغداد|عمان|عمّان|القدس|غزة|"
    "رام الله|دبي|أبوظبي|الدوحة|الكويت|المنامة|مسقط|صنعاء|عدن|الخرطوم|طرابلس|تونس|الجزائر|الرباط|نواكشوط|أنقرة|"
    "إسطنبول|طهران|باكو|موسكو|واشنطن|نيويورك|لندن|باريس|جنيف|بكين".split("|")
)

HAN_AGENCIES = tuple(
    "新华社|新華社|新华网|中新社|中新网|中国新闻社|中央社|央视新闻|央视网|人民网|环球网|本报|本報|法新社|路透社|美联社|塔斯社|共同社|韩联社|德新社|埃菲社|俄新社".split(
        "|"
    )
)

# Whom an outlet prints in brackets after a city where it has no agency to name.
DESKS = frozenset(
    "web desk,news desk,monitoring desk,sports desk,online desk,staff reporter,staff report,our correspondent,our reporter,"
    "special correspondent,special report,own correspondent,correspondent,agencies,news agencies,monitoring report,bureau report,"
    "newsdesk,webdesk,staff,online,inp,nni".split(",")
)

# English, French, Spanish, Italian, German, Portuguese, Turkish, Azerbaijani, Russian and Ukrainian (genitive); short
# forms and whole ones.
MONTHS = (
    "January February March April May June July August September October November December "
    "Jan Feb Mar Apr Jun Jul Aug Sept Sep Oct Nov Dec "
    "janvier février fevrier mars avril mai juin juillet août aout septembre octobre novembre décembre decembre "
    "janv févr fev avr juil "
    "enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre "
    "ene abr ago dic "
    "gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre gen mag giu lug set ott "
    "Januar Februar März Juni Juli Oktober Dezember Jän Mär Okt Dez "
    "janeiro fevereiro março maio junho julho setembro outubro novembro dezembro "
    "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık "
    "yanvar fevral aprel iyun iyul avqust sentyabr oktyabr noyabr dekabr "
    "янв фев авг сен сент окт ноя дек "
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря "
    "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня"
).split()

WEEKDAYS = (
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday Mon Tue Tues Wed Thu Thurs Fri Sat Sun "
    "lundi mardi mercredi jeudi vendredi samedi dimanche"
).split()

# Cities whose bare name opens a report ("ISLAMABAD: …"); elsewhere a capitalised word before a colon is as often no
# place.
DATELINE_CITIES = tuple(
    "Abu Dhabi,Abuja,Accra,Addis Ababa,Aden,Algiers,Amman,Amsterdam,Ankara,Antalya,Ashgabat,Astana,Athens,"
    "Baghdad,Bahawalpur,Baku,Bangkok,Beijing,Beirut,Belgrade,Berlin,Bern,Bishkek,Bratislava,Brussels,Bucharest,"
    "Budapest,Buenos Aires,Cairo,Canberra,Caracas,Chisinau,Colombo,Copenhagen,Damascus,Delhi,Dhaka,Doha,Dubai,"
    "Dublin,Dushanbe,Faisalabad,Ganja,Gaza,Geneva,Gilgit,Gwadar,Gyumri,Hanoi,Havana,Helsinki,Hong Kong,Hyderabad,"
    "Islamabad,Istanbul,Jakarta,Jerusalem,Kabul,Kandahar,Karachi,Kathmandu,Khankendi,Khartoum,Kuala Lumpur,"
    "Kuwait City,Kyiv,Lahore,Lima,Lisbon,Ljubljana,London,Madrid,Manama,Manila,Mexico City,Minsk,Mogadishu,"
    "Moscow,Multan,Mumbai,Muscat,Muzaffarabad,Nairobi,Nakhchivan,New Delhi,New York,Nicosia,Oslo,Ottawa,Paris,"
    "Peshawar,Podgorica,Prague,Pretoria,Pristina,Quetta,Rabat,Ramallah,Rawalpindi,Riga,Riyadh,Rome,Sanaa,"
    "Sarajevo,Seoul,Shanghai,Shusha,Sialkot,Singapore,Skardu,Skopje,Sofia,Stepanakert,Stockholm,Sukkur,Tallinn,"
    "Tashkent,Tbilisi,Tehran,Tel Aviv,The Hague,Tirana,Tokyo,Tripoli,Tunis,United Nations,Vatican City,Vienna,"
    "Vilnius,Warsaw,Washington,Wellington,Yerevan,Zagreb,Zurich".split(",")
)

PLACE_PARTICLES = frozenset("al am an and au da de del der di do du el es i la le les of on the upon ul ve".split())

# Words that stand before a colon or a bracket as places do.
NO_PLACES = frozenset("this that and but photo photos video live breaking watch update updated exclusive".split())
