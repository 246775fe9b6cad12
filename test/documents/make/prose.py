"""Texts for all files. Places, people, numbers and addresses are invented."""

MILL = ('The old mill at Ellerbrook stands where two streams meet. Its wheel turns from March until the first frost, '
        'and on quiet mornings you hear it before you see it.')
FLOUR = ('Rye goes to the left hopper, wheat to the right. A sack holds fifty kilograms; the ledger counts sacks, '
         'never kilograms, because nobody ever weighed the dust.')
WATER = ('When the water is low the miller waits. When it is high he opens the second gate and hopes that the bank, '
         'which was mended in 1911 and again in 1974, holds for another year.')
VISIT = ('Visitors may climb to the bin floor on Saturdays between ten and four. Children under six stay below with '
         'somebody who likes geese.')
NOTE = 'The gate was last replaced after the flood of 1953.'
HIDDEN = 'Ask the treasurer before you publish this sentence.'
COMMENT = 'Is this still true of the second gate?'
HEADER = 'Ellerbrook Mill Society, yearly report'
FOOTER = 'Printed by nobody in particular'
DELETED = 'these nine words were struck out by the editor'
INSERTED = 'while these six were added later'
BOX = 'Opening hours are painted on the door'

ENGLISH = [MILL, FLOUR, WATER, VISIT]

LANGUAGES = {
    'en': MILL,
    'de': ('Die alte Mühle am Ellerbach steht, wo zwei Bäche zusammenfließen. Von März bis zum ersten Frost dreht sich '
           'ihr Rad, und an stillen Morgen hört man es früher, als man es sieht. Der Müller öffnet jeden Tag das Tor, '
           'wenn das Wasser hoch genug ist.'),
    'fr': ('Le vieux moulin se dresse là où deux ruisseaux se rejoignent. Sa roue tourne de mars jusqu’aux premières '
           'gelées, et les matins calmes on l’entend avant de la voir. Le meunier ouvre la vanne chaque jour quand '
           'l’eau est assez haute.'),
    'es': ('El viejo molino está donde se juntan dos arroyos. Su rueda gira desde marzo hasta la primera helada, y en '
           'las mañanas tranquilas se oye antes de que se vea. El molinero abre la compuerta cada día cuando el agua '
           'está bastante alta.'),
    'it': ('Il vecchio mulino sorge dove si incontrano due ruscelli. La sua ruota gira da marzo fino alla prima gelata, '
           'e nelle mattine tranquille la si sente prima di vederla. Il mugnaio apre la chiusa ogni giorno quando '
           'l’acqua è abbastanza alta.'),
    'pt': ('O velho moinho fica onde dois ribeiros se encontram. A sua roda gira desde março até à primeira geada, e '
           'nas manhãs calmas ouve-se antes de se ver. O moleiro abre a comporta todos os dias quando a água está '
           'bastante alta.'),
    'nl': ('De oude molen staat waar twee beken samenkomen. Het rad draait van maart tot de eerste vorst, en op stille '
           'ochtenden hoor je het voordat je het ziet. De molenaar opent elke dag de sluis als het water hoog genoeg is.'),
    'sv': ('Den gamla kvarnen står där två bäckar möts. Hjulet snurrar från mars till den första frosten, och på stilla '
           'morgnar hör man det innan man ser det. Mjölnaren öppnar luckan varje dag när vattnet står tillräckligt högt.'),
    'pl': ('Stary młyn stoi tam, gdzie łączą się dwa strumienie. Koło obraca się od marca do pierwszych mrozów, a w '
           'ciche poranki słychać je, zanim się je zobaczy. Młynarz codziennie otwiera śluzę, gdy woda jest dość wysoka.'),
    'cs': ('Starý mlýn stojí tam, kde se stékají dva potoky. Jeho kolo se točí od března do prvního mrazu a za tichých '
           'rán je slyšet dříve, než je vidět. Mlynář každý den otevírá stavidlo, když je voda dost vysoká.'),
    'hu': ('A régi malom ott áll, ahol két patak összefolyik. Kereke márciustól az első fagyig forog, és csendes '
           'reggeleken előbb hallani, mint látni. A molnár minden nap kinyitja a zsilipet, ha elég magas a víz.'),
    'tr': ('Eski değirmen iki derenin birleştiği yerde durur. Çarkı marttan ilk dona kadar döner ve sessiz sabahlarda '
           'görülmeden önce duyulur. Değirmenci su yeterince yüksek olduğunda her gün kapağı açar.'),
    'ru': ('Старая мельница стоит там, где сходятся два ручья. Её колесо вращается с марта до первых морозов, и тихим '
           'утром его слышно раньше, чем видно. Мельник каждый день открывает шлюз, когда вода стоит достаточно высоко.'),
    'uk': ('Старий млин стоїть там, де сходяться два струмки. Його колесо обертається з березня до перших морозів, і '
           'тихого ранку його чути раніше, ніж видно. Мірошник щодня відчиняє шлюз, коли вода стоїть досить високо.'),
    'el': ('Ο παλιός μύλος στέκεται εκεί όπου ενώνονται δύο ρυάκια. Ο τροχός του γυρίζει από τον Μάρτιο ως την πρώτη '
           'παγωνιά, και τα ήσυχα πρωινά τον ακούς πριν τον δεις. Ο μυλωνάς ανοίγει το φράγμα κάθε μέρα.'),
    'he': ('הטחנה הישנה עומדת במקום שבו נפגשים שני נחלים. הגלגל שלה מסתובב ממרץ ועד הכפור הראשון, ובבקרים שקטים שומעים '
           'אותו לפני שרואים אותו.'),
    'ar': ('تقف الطاحونة القديمة حيث يلتقي جدولان. تدور عجلتها من مارس حتى أول صقيع، وفي الصباحات الهادئة تسمعها قبل أن '
           'تراها. يفتح الطحان البوابة كل يوم عندما يكون الماء مرتفعا.'),
    'hi': ('पुरानी चक्की वहाँ खड़ी है जहाँ दो धाराएँ मिलती हैं। उसका पहिया मार्च से पहली ठंड तक घूमता है, और शांत सुबह में वह '
           'दिखने से पहले सुनाई देता है।'),
    'th': 'โรงสีเก่าตั้งอยู่ที่ลำธารสองสายมาบรรจบกัน ล้อของมันหมุนตั้งแต่เดือนมีนาคมจนถึงน้ำค้างแข็งแรก และในเช้าที่เงียบสงบคุณจะได้ยินมันก่อนที่จะเห็น',
    'zh': '老磨坊坐落在两条小溪汇合的地方。水轮从三月一直转到第一次霜冻。在安静的早晨，人们还没看见它，就先听见它。磨坊主每天在水位够高的时候打开闸门。',
    'ja': '古い水車小屋は二つの小川が出会う所に立っています。水車は三月から初霜まで回り、静かな朝には見える前に音が聞こえます。粉屋は水が十分に高いとき、毎日水門を開けます。',
    'ko': ('오래된 물레방아는 두 개울이 만나는 곳에 서 있습니다. 바퀴는 삼월부터 첫 서리까지 돌고, 조용한 아침에는 보이기 전에 먼저 '
           '소리가 들립니다. 방앗간 주인은 물이 충분히 높을 때 매일 수문을 엽니다.'),
    'vi': ('Cối xay cũ đứng ở nơi hai con suối gặp nhau. Bánh xe quay từ tháng ba đến đợt sương giá đầu tiên, và vào '
           'những buổi sáng yên tĩnh người ta nghe thấy nó trước khi nhìn thấy.'),
    'ro': ('Vechea moară se află acolo unde se întâlnesc două pâraie. Roata ei se învârte din martie până la primul '
           'îngheț, iar în diminețile liniștite o auzi înainte să o vezi.'),
    'fi': ('Vanha mylly seisoo siinä, missä kaksi puroa kohtaa. Sen ratas pyörii maaliskuusta ensimmäisiin pakkasiin, '
           'ja hiljaisina aamuina sen kuulee ennen kuin sen näkee.'),
}

TABLE = [['Month', 'Sacks of rye', 'Sacks of wheat'], ['March', '41', '112'], ['April', '38', '127'],
         ['May', '52', '98']]
TABLE_TEXT = [cell for row in TABLE for cell in row]
