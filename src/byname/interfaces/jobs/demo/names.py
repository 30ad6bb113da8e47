"""Given and family names to invent officers from, by the languages of Toronto's homes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Names:
    """One community's names, the languages its officers may speak, and what drawn faces may show."""

    women: tuple[str, ...]
    men: tuple[str, ...]
    families: tuple[str, ...]
    languages: tuple[str, ...]
    skins: tuple[int, ...]
    dark_hair: bool = True
    coiled: bool = False
    hijab: float = 0.0
    turban: float = 0.0


def _names(
    women: str,
    men: str,
    families: str,
    languages: str,
    skins: tuple[int, ...],
    *,
    dark_hair: bool = True,
    coiled: bool = False,
    hijab: float = 0.0,
    turban: float = 0.0,
) -> Names:
    return Names(
        tuple(women.split()),
        tuple(men.split()),
        tuple(family.replace("_", " ") for family in families.split()),
        tuple(languages.split()),
        skins,
        dark_hair,
        coiled,
        hijab,
        turban,
    )


COMMUNITIES: dict[str, Names] = {
    "english": _names(
        "Abigail Alison Beth Bridget Brooke Caitlin Carys Claire Daphne Eilidh Erin Fiona Gemma Gillian Greta Hazel Heather Imogen "
        "Isla Joanna Kerry Leanne Lorna Maeve Marnie Meredith Miriam Morag Nadine Niamh Noreen Orla Paige Rhona Robin Rowan Shauna "
        "Siobhan Tamsin Tessa Wendy Winnie",
        "Alistair Angus Barnaby Brendan Callum Clive Colm Conor Craig Dermot Desmond Duncan Eamon Elliot Euan Ewan Fergus Finlay "
        "Gareth Gavin Graham Hamish Hugh Ivor Keith Kieran Lachlan Malcolm Murdo Neil Niall Owen Rhys Rory Ross Rufus Seamus Stuart "
        "Toby Trevor Wesley",
        "Abernathy Ainsworth Ashdown Birchall Braithwaite Brannigan Calloway Carmody Coldwell Cotterill Dalgleish Dunmore Eastwick "
        "Fairhurst Fallowfield Farquhar Garrity Gilchrist Greenhalgh Haldane Harkness Hathersage Holloway Inglis Kilbride Kinnear "
        "Lockhart Loughlin MacAskill MacInnes McGarrigle McQuaid Merriweather Netherby Oakden O'Hanlon Pettigrew Pickersgill "
        "Quigley Ravenhill Rutledge Shaughnessy Stoddart Tattersall Thackeray Underhill Wadsworth Whitlock Winterbourne Yarrow",
        "en",
        (0, 1),
        dark_hair=False,
    ),
    "caribbean": _names(
        "Althea Camille Cherise Claudette Cordelia Danielle Delphine Doreen Elsa Faith Grace Ianthe Jacinth Kadian Keisha Latoya "
        "Lavern Marcia Marva Nadia Paulette Petra Renee Shanice Simone Tamika Tricia Yvonne",
        "Aldaine Andre Carlton Clifton Courtney Dalton Delroy Denton Devon Errol Everton Fitzroy Garfield Glenroy Horace Kemar Kirk "
        "Leroy Lloyd Marlon Nigel Orville Rohan Roderick Sheldon Tyrell Winston Xavier",
        "Alleyne Archibald Blackwood Bramble Brathwaite Burrowes Cumberbatch Dacres Duncombe Edghill Fairclough Forde-Hall Gittens "
        "Goulbourne Gordon-Blake Grandison Hewitt-Cole Isaacs-Lynch Joachim Lashley Marchand Nurse-Ellis Ottley Palmer-Reid "
        "Plummer-Ross Rampersaud Scarlett Sobers-King Thorpe-Dale Whyte-Brown",
        "en",
        (5, 6, 7),
        coiled=True,
    ),
    "west african": _names(
        "Abena Adaeze Adwoa Afia Amara Chiamaka Efua Esi Folake Ifeoma Kehinde Ngozi Nkechi Ololade Temitope Yaa",
        "Ayodele Babatunde Chidi Ebo Emeka Femi Ikenna Kojo Kwabena Kwesi Obinna Olumide Segun Tunde Uche Yaw",
        "Acheampong Adeyemi-Cole Agyeman Amankwah Asamoah-Boadi Bankole Boateng-Osei Chukwuma Ezeani Iwuoha Nwachukwu Odunlami "
        "Ofori-Attah Okonkwo-Eze Oladipo Opoku-Mensah Owusu-Bempah Sarkodie-Ntim",
        "en",
        (6, 7),
        coiled=True,
    ),
    "french": _names(
        "Amélie Anouk Aurélie Capucine Clémence Delphine Élise Estelle Geneviève Josée Maëlle Maude Noémie Rosalie Solange Véronique",
        "Alexis Armand Benoît Cédric Émile Étienne Fabrice Gaspard Guillaume Jérôme Loïc Lucien Mathis Rémi Thibault Yannick",
        "Archambault Beauchesne Bellerose Charlebois Desormeaux Deschênes Duquesne Fontaine-Roy Grandmaison Laframboise Laliberté "
        "Lamontagne Larivière Loiselle Marchildon Montpetit Pelletier-Caron Rochefort Sansregret Thibodeau-Côté",
        "fr",
        (0, 1, 2),
        dark_hair=False,
    ),
    "portuguese": _names(
        "Alda Beatriz Catarina Célia Dulce Filipa Graça Inês Joana Leonor Lurdes Madalena Marta Rosário Sónia Teresa",
        "Afonso Anselmo Bento Duarte Edmundo Fausto Gil Henrique Joaquim Lourenço Manuel Nuno Octávio Rui Tomás Vasco",
        "Albergaria Azevedo_Melo Botelho_Lima Cabeceiras Câmara_Reis Carreiro Cordeiro_Paz Cymbron Espínola Falcão_Pires "
        "Medeiros_Luz Moniz_Vaz Nóbrega Pacheco_Dias Quental Raposo_Gil Resendes Sequeira_Maia Travassos Vasconcelos",
        "pt",
        (0, 1, 2, 3),
    ),
    "spanish": _names(
        "Alma Amparo Araceli Consuelo Dolores Esperanza Graciela Itzel Jimena Leticia Marisol Paloma Rocío Socorro Ximena Yolanda",
        "Abelardo Baltazar Cristóbal Efraín Eloy Fermín Gonzalo Hernán Joaquín Leandro Martín Osvaldo Rodrigo Saúl Teodoro Wilmer",
        "Aguirre_Soto Alvarenga Barrientos Cárcamo Cienfuegos Escalante Galdámez Huamaní Illescas Lizárraga Montalvo Ocampo_Ríos "
        "Peñaloza Quiñónez Santacruz Tacuri Urrutia_Paz Villalobos Yupanqui Zambrano_Vera",
        "es",
        (1, 2, 3, 4),
    ),
    "mandarin": _names(
        "Chunyan Huilan Jiayi Lihua Meiqi Ningxin Qiuyue Ruolan Shuwen Xiaohan Xinyi Yalin Yuting Zihan",
        "Bowen Changming Guoqing Haoran Jianguo Junjie Letian Peiyuan Ruichen Shaofeng Wenbo Xiangyu Yichen Zhiyuan",
        "Bai Cao Deng Fang Gao Hao Jiang Kong Luo Mao Niu Pan Qian Ruan Shi Tang Wei Xue Yuan Zheng",
        "zh",
        (1, 2),
    ),
    "cantonese": _names(
        "Ching-Man Hoi-Yan Ka-Yan Lai-Fong Man-Wai Pui-Shan Sau-Ling Siu-Mei Tsz-Ching Wing-Yan Yuk-Lin Vivien Winsome Cherie",
        "Chi-Keung Chun-Ho Ho-Yin Ka-Fai Kin-Man Kwok-Wah Lok-Hei Man-Kit Pak-Ho Siu-Lung Tsz-Kin Wai-Ming Alvin Clement",
        "Auyeung Chau Cheuk Chiu Fok Hui Ko Kwan Lai Leong Mak Ngai Pang Seto Sze Szeto Tam Tsoi Tsui Yiu",
        "yue",
        (1, 2),
    ),
    "korean": _names(
        "Bo-ra Eun-ji Ha-neul Hye-jin Ji-won Mi-sun Na-ri Seo-yeon So-hee Yu-jin",
        "Chan-woo Do-yun Gi-tae Hyun-woo Jae-min Kyu-ho Min-jae Sang-ho Tae-yang Won-bin",
        "Bae Chae Eom Gu Hwang Jeon Ma Noh Ok Ryu Seong Uhm Woo Yeo",
        "ko",
        (1, 2),
    ),
    "tagalog": _names(
        "Amihan Charito Corazon Dalisay Divina Evangeline Flordeliza Imelda Ligaya Luzviminda Marites Perlita Rosalinda Tala",
        "Amado Benigno Crisanto Danilo Eduardo Florencio Gerardo Isagani Jomar Lakandula Melchor Reynaldo Rogelio Virgilio",
        "Abalos Bagtas Batungbakal Cabanlit Catacutan Dimaculangan Dimayuga Galang-Reyes Lacsamana Macaraeg Malabanan Manalastas "
        "Pagulayan Panganiban Quiambao Sumulong Tolentino-Cruz Umali",
        "tl",
        (2, 3),
    ),
    "tamil": _names(
        "Abirami Anbumalar Dharshini Ilakkiya Kavitha Kayalvizhi Malarvizhi Mathangi Nilani Pavithra Sharmila Thamilini Vaani Yalini",
        "Aravinthan Arulan Elango Ilango Kugan Mayuran Nimalan Piratheepan Ragavan Senthuran Sivakumar Thayalan Vaheesan Vithuran",
        "Arulanantham Balasingam Chelliah Ganeshamoorthy Ilangovan Kanagaratnam Kandasamy Mylvaganam Nadarajah Paramsothy "
        "Ponnuthurai Rasalingam Selvanayagam Sivapalan Thambirajah Vallipuram Velummylum Yogaratnam",
        "ta",
        (3, 4, 5),
    ),
    "urdu": _names(
        "Aneela Bushra Farzana Hina Humaira Kiran Mehwish Nazia Rabia Saadia Shazia Sumaira Tahira Zunaira",
        "Adeel Asif Bilal Danish Faisal Haroon Junaid Kashif Nadeem Omair Rizwan Salman Tariq Waqas",
        "Abbasi-Noor Baig Bajwa-Mir Chishti Dar-Lone Farooqui Ghauri Hashmi Jafri-Zaidi Kazmi Lodhi Mirza-Beg Niazi-Gul Qureshi-Lal "
        "Rizvi Siddiqui-Rao Tirmizi Warsi",
        "ur",
        (2, 3, 4),
        hijab=0.35,
    ),
    "punjabi": _names(
        "Amandeep Baljinder Charanjit Gurleen Harleen Jasleen Kamaljit Kirandeep Manpreet Navneet Parminder Rupinder Simran Sukhjit",
        "Amrik Balwinder Daljit Gurinder Harbhajan Hardeep Jagtar Kulwinder Lakhbir Mandeep Nirmal Parmjit Satnam Tejinder",
        "Aulakh Bhullar Boparai Cheema-Gill Dhaliwal-Sran Ghuman Hundal Jhajj Khangura Lalli Mangat Nijjar-Toor Pannu Randhawa-Brar "
        "Sahota Takhar Uppal-Deol Virk",
        "pa",
        (2, 3, 4),
        turban=0.6,
    ),
    "hindi": _names(
        "Aditi Deepa Ishani Jyotsna Kalpana Lalita Meenakshi Nandini Pallavi Rachana Shalini Sunita Urvashi Vandana",
        "Abhinav Ashutosh Dinesh Gaurav Hemant Jitendra Kishore Lokesh Manish Naveen Pranav Rajeev Sudhir Vivek",
        "Agnihotri Bhardwaj-Sen Chaturvedi Dubey-Nath Goswami Jindal-Roy Khandelwal Lokhande Mathur-Dev Nigam Pathak-Jain Rastogi "
        "Saxena-Lal Tripathi-Suri Upadhyay Vajpeyi-Rai",
        "hi",
        (2, 3, 4),
    ),
    "gujarati": _names(
        "Alpa Bhavini Chandrika Darshana Falguni Hetal Jignasha Komal Minal Nisha Rekha Sejal",
        "Alpesh Bhavesh Chirag Dhaval Hitesh Jayesh Ketan Mehul Nilesh Paresh Rakesh Vipul",
        "Amin-Rana Bhatt-Oza Chokshi Dholakia Gandhi-Naik Jhaveri Kapadia Lakhani Majmudar Parikh-Dave Sanghvi Thakkar-Soni Vakharia Zaveri",
        "gu hi",
        (2, 3, 4),
    ),
    "bengali": _names(
        "Ananya Bithi Farhana Jharna Labonno Mahmuda Nusrat Rokeya Shampa Sharmin Tahmina Urmi",
        "Arif Anisur Debashish Imran Kamrul Mahbub Nazmul Rafiq Shafiul Sohel Tanvir Zahid",
        "Bhuiyan Chakladar Dewan Ghosal Haldar-Roy Khondkar Laskar Majumder-Sen Mollah Patwary Sarkar-Dey Talukdar",
        "bn",
        (3, 4),
        hijab=0.25,
    ),
    "vietnamese": _names(
        "Ánh Bích Diệp Hằng Hương Khánh Lan Ngọc Phượng Quỳnh Thảo Thủy Trâm Yến",
        "Bảo Cường Đạt Dũng Hiếu Khoa Long Minh Phúc Quang Sơn Thành Tuấn Việt",
        "Âu Bùi Châu Đặng Đoàn Dương Huỳnh La Lương Mai Phùng Quách Tạ Thái Trịnh Vũ",
        "vi",
        (1, 2),
    ),
    "italian": _names(
        "Antonella Assunta Carmela Donatella Fiorella Giuliana Ivana Lucia Mirella Ornella Pina Rosanna Silvana Tiziana",
        "Aldo Carmine Dario Domenic Enzo Fabrizio Gino Luciano Massimo Orlando Pasquale Rocco Silvio Vito",
        "Abruzzese Bevilacqua-Leo Carbonara Castelvetro Della_Rovere Fiorentino-Sala Gallucci Iannuzzi Lombardozzi Mastroianni-Pace "
        "Nicoletti Palumbo-Grieco Quattrocchi Scarpetta Tartaglia Vitiello Zaccardi Zuccarelli",
        "it",
        (0, 1, 2),
        dark_hair=False,
    ),
    "greek": _names(
        "Anthoula Despina Efthymia Fotini Kalliope Marina Panagiota Stavroula Vasiliki Zoe",
        "Aristides Christos Dimitri Ilias Kosta Lefteris Pavlos Spiro Takis Vasilis",
        "Anagnostou Boukouvalas Daskalakis Fragos Giannakopoulos Kalogeras Lambrakis Mavridis Papathanasiou Stathopoulos Tsakalidis Xenakis-Doukas",
        "el",
        (1, 2),
    ),
    "polish": _names(
        "Agnieszka Bożena Danuta Elżbieta Grażyna Halina Jolanta Krystyna Małgorzata Zofia",
        "Bogdan Czesław Dariusz Grzegorz Jacek Krzysztof Leszek Mirosław Sławomir Zbigniew",
        "Borkowicz Chmielak Dąbrowicz Gawrysiak Jaworowski Kędziora Łukasiak Majchrzak Niedźwiecki Piekarczyk Rutkiewicz Wąsowski",
        "pl",
        (0, 1),
        dark_hair=False,
    ),
    "ukrainian": _names(
        "Bohdana Daryna Halyna Iryna Kateryna Larysa Myroslava Oksana Solomiya Yaryna",
        "Andriy Bohdan Danylo Ihor Lubomyr Mykola Orest Roman Taras Yuriy",
        "Bilous Chornovil-Hai Dovhaniuk Hrytsak Klymchuk Lysenkiv Mazurenko Onyshko Pidhirny Rudenkiv Stetsyshyn Yavorivskyi",
        "uk",
        (0, 1),
        dark_hair=False,
    ),
    "russian": _names(
        "Alevtina Galina Inna Ludmila Marianna Nonna Polina Raisa Snezhana Zhanna",
        "Anatoly Arkady Gennady Innokenty Leonid Matvei Pavel Semyon Timur Vadim",
        "Belozerov Chernyshov-Lvov Gorelik Kagansky Lebedinsky Morozkin Ostrovny Pevzner Rabinov Shapirovsky Tverskoy Zaslavsky-Orlin",
        "ru",
        (0, 1),
        dark_hair=False,
    ),
    "serbian": _names(
        "Biljana Dragana Gordana Jovana Ljiljana Milica Nevena Snežana Tijana Vesna",
        "Aleksandar Bojan Dejan Goran Lazar Miodrag Nebojša Predrag Slobodan Zoran",
        "Aleksić-Rakić Bogdanović Drašković-Lukić Grujić Kostadinov Lazarević Mihajlović-Tot Obradović Radosavljević Stojković Vukadinović Živanović",
        "sr",
        (0, 1, 2),
        dark_hair=False,
    ),
    "persian": _names(
        "Arezou Azadeh Elaheh Forough Golnaz Ladan Mahnaz Niloufar Parisa Roya Shirin Yasaman",
        "Arash Babak Behrouz Dariush Farhad Houman Kamran Kaveh Mehrdad Navid Ramin Siavash",
        "Afshari Bagherzadeh Daneshvar Esfahani-Rad Farahmand Golestani Javanmard Kermanshahi Mokhtari-Nik Nikpour Pakzad Rostamian "
        "Sepahvand Tehranchi-Fard Yazdanpanah Zandieh",
        "fa",
        (1, 2, 3),
    ),
    "arabic": _names(
        "Amal Dina Ghada Hanan Iman Lamis Maysa Nawal Rania Salwa Suha Wafa",
        "Adnan Basel Fadi Ghassan Hatem Issam Khaled Maher Nabil Rami Samer Walid",
        "Abdelnour Al-Kateb Barakat-Saad Chahine El-Masry Fakhoury Ghanem-Issa Haddadin Jabbour Karam-Nassif Mansour-Atallah Nahhas "
        "Qasim-Taha Rahhal Shalhoub Tannous",
        "ar",
        (1, 2, 3, 4),
        hijab=0.4,
    ),
    "turkish": _names(
        "Aylin Ceren Dilek Elif Filiz Gülşen Nurcan Pınar Sevgi Zeynep",
        "Barış Cem Emre Hakan Kerem Levent Murat Onur Serkan Volkan",
        "Akçay Bozkurt-Er Çetinkaya Demirtaş-Ün Erdoğmuş Gündüz-Tan Karabulut Özgür-Ay Sarıkaya Tekinalp Ünsal Yıldırım-Su",
        "tr",
        (1, 2),
    ),
    "somali": _names(
        "Ayaan Deeqa Fadumo Hibaq Hodan Idil Ifrah Ladan Nimco Sagal Sahra Ubah",
        "Abdirizak Abshir Bashir Cabdi Daud Guled Hassan Liban Mahad Sharmarke Warsame Yusuf",
        "Abtidon Afrah Barkhadle Diriye Egal-Nur Farah-Gedi Guleid Hirsi-Jama Igeh Jimale Kahin Liibaan Roble Samatar Warfa",
        "so",
        (5, 6, 7),
        coiled=True,
        hijab=0.6,
    ),
    "ethiopian and eritrean": _names(
        "Almaz Azeb Birtukan Eden Freweini Genet Hirut Lemlem Meseret Selam Tigist Zewditu",
        "Abebe Biniam Dawit Fikru Getachew Habtom Kidane Mesfin Samson Tesfaye Yonas Zerai",
        "Asfaw-Bekele Berhanu-Desta Gebremariam Habteselassie Kassahun Mengesha Negash-Woldu Tadesse-Alemu Teklehaimanot Weldegebriel Woldemichael Yemane",
        "am ti",
        (4, 5, 6),
        coiled=True,
    ),
}

SAID: dict[str, str] = {
    "Niamh": "neev",
    "Siobhan": "shi-vawn",
    "Eilidh": "ay-lee",
    "Tamsin": "tam-zin",
    "Maeve": "mayv",
    "Orla": "or-la",
    "Rhys": "reese",
    "Niall": "nye-ul",
    "Eamon": "ay-mun",
    "Euan": "you-an",
    "Seamus": "shay-mus",
    "Farquhar": "far-kwar",
    "Dalgleish": "dal-gleesh",
    "Adaeze": "ah-dah-eh-zeh",
    "Ngozi": "n-goh-zee",
    "Nkechi": "n-keh-chee",
    "Ifeoma": "ee-feh-oh-ma",
    "Kwabena": "kwah-beh-na",
    "Uche": "oo-cheh",
    "Acheampong": "ah-cham-pong",
    "Nwachukwu": "wah-chook-woo",
    "Benoît": "ben-wah",
    "Loïc": "lo-eek",
    "Guillaume": "ghee-ohm",
    "Deschênes": "day-shen",
    "Inês": "ee-nesh",
    "Leonor": "lee-oh-nor",
    "Nóbrega": "naw-breh-ga",
    "Ximena": "hee-meh-na",
    "Jimena": "hee-meh-na",
    "Itzel": "eet-sel",
    "Huamaní": "wah-mah-nee",
    "Xinyi": "shin-yee",
    "Xiaohan": "shyow-hahn",
    "Qiuyue": "chyoh-yweh",
    "Zihan": "dzuh-hahn",
    "Ruichen": "ray-chen",
    "Xiangyu": "shyang-yoo",
    "Zhiyuan": "jur-ywen",
    "Cao": "tsow",
    "Qian": "chyen",
    "Xue": "shweh",
    "Zheng": "jung",
    "Tsz-Ching": "jee-ching",
    "Tsz-Kin": "jee-kin",
    "Hoi-Yan": "hoy-yun",
    "Ngai": "ng-eye",
    "Tsui": "choy",
    "Sze": "see",
    "Eun-ji": "un-jee",
    "Hye-jin": "heh-jin",
    "Seo-yeon": "suh-yun",
    "Eom": "um",
    "Noh": "no",
    "Dimaculangan": "dee-mah-koo-lah-ngan",
    "Kayalvizhi": "ka-yal-vi-ri",
    "Ilakkiya": "ee-lak-ki-ya",
    "Thayalan": "tha-ya-lan",
    "Mylvaganam": "mile-va-ga-nam",
    "Humaira": "hoo-may-ra",
    "Waqas": "wa-kaas",
    "Qureshi-Lal": "koo-ray-shee lahl",
    "Aulakh": "oh-lakh",
    "Jhajj": "juj",
    "Jyotsna": "jyoht-sna",
    "Vajpeyi-Rai": "vahj-pay-ee rye",
    "Jignasha": "jig-na-sha",
    "Thủy": "twee",
    "Quỳnh": "kwin",
    "Phượng": "foo-ung",
    "Hương": "huh-ung",
    "Dũng": "zoong",
    "Tuấn": "too-un",
    "Huỳnh": "hwin",
    "Trịnh": "chin",
    "Quách": "kwak",
    "Giuliana": "joo-lya-na",
    "Bevilacqua-Leo": "beh-vee-lah-kwa leh-oh",
    "Quattrocchi": "kwat-tro-kee",
    "Efthymia": "ef-thee-mee-ah",
    "Giannakopoulos": "ya-na-ko-poo-los",
    "Agnieszka": "ag-nyesh-ka",
    "Małgorzata": "mow-go-zhah-ta",
    "Grażyna": "gra-zhih-na",
    "Krzysztof": "kshih-shtof",
    "Sławomir": "swah-vo-meer",
    "Łukasiak": "woo-ka-shak",
    "Wąsowski": "von-sof-skee",
    "Yaryna": "ya-rih-na",
    "Ljiljana": "lyil-ya-na",
    "Nebojša": "neh-boy-sha",
    "Živanović": "zhee-va-no-vitch",
    "Forough": "fo-roog",
    "Siavash": "see-a-vash",
    "Ghada": "gha-da",
    "Chahine": "sha-heen",
    "Gülşen": "gool-shen",
    "Pınar": "puh-nar",
    "Cem": "jem",
    "Erdoğmuş": "er-doh-moosh",
    "Çetinkaya": "cheh-tin-kai-ya",
    "Nimco": "nim-o",
    "Cabdi": "ab-dee",
    "Xenakis-Doukas": "zeh-nah-kees doo-kas",
    "Freweini": "freh-way-nee",
    "Teklehaimanot": "tek-leh-high-ma-not",
}
"""How a name is said, where its spelling does not tell an English reader."""
