"""Word lists for the invented town: its 25 people, streets, jobs and pets, in English and Chinese.

Who lives where, does what, keeps which pet and is whose best friend is drawn from the world's seed (facts.py).
"""
PEOPLE = [
    ("Anna", "安娜"), ("Ben", "阿本"), ("Clara", "克拉拉"), ("David", "大卫"), ("Emma", "艾玛"),
    ("Felix", "菲利克斯"), ("Grace", "格蕾丝"), ("Henry", "亨利"), ("Iris", "小兰"), ("Jack", "杰克"),
    ("Kate", "凯特"), ("Leo", "里奥"), ("Mary", "玛丽"), ("Nina", "妮娜"), ("Oscar", "奥斯卡"),
    ("Paula", "宝拉"), ("Quinn", "阿昆"), ("Rosa", "罗莎"), ("Simon", "西蒙"), ("Tina", "婷娜"),
    ("Umar", "乌玛"), ("Vera", "薇拉"), ("Walter", "沃尔特"), ("Xenia", "仙妮"), ("Yusuf", "优素福"),
]
STREETS = [
    ("Mill Lane", "磨坊巷"), ("Station Road", "车站路"), ("Garden Street", "花园街"), ("River Walk", "河边路"),
    ("Church Street", "教堂街"), ("Market Street", "市场街"), ("Apple Lane", "苹果巷"), ("Bridge Street", "桥头街"),
    ("School Road", "学校路"), ("Harbour Street", "港口街"), ("Rose Lane", "玫瑰巷"), ("Forest Road", "森林路"),
    ("Hill Street", "山坡街"), ("Castle Street", "城堡街"), ("Lake Road", "湖滨路"), ("Baker Lane", "面包巷"),
    ("Moon Street", "月亮街"), ("Sun Street", "太阳街"), ("North Road", "北门路"), ("South Road", "南门路"),
    ("Willow Lane", "柳树巷"), ("Library Street", "图书馆街"), ("Tower Street", "钟楼街"), ("Field Road", "田野路"),
    ("Well Lane", "水井巷"), ("Stone Street", "石头街"), ("Pine Road", "松树路"), ("Silver Street", "银街"),
]
JOBS = [
    ("a baker", "面包师"), ("a teacher", "老师"), ("a doctor", "医生"), ("a farmer", "农夫"), ("a painter", "画家"),
    ("a driver", "司机"), ("a cook", "厨师"), ("a nurse", "护士"), ("a singer", "歌手"), ("a writer", "作家"),
    ("a gardener", "园丁"), ("a tailor", "裁缝"), ("a barber", "理发师"), ("a sailor", "水手"), ("a lawyer", "律师"),
    ("a judge", "法官"), ("a dancer", "舞者"), ("a pilot", "飞行员"), ("a carpenter", "木匠"), ("a librarian", "图书管理员"),
    ("a dentist", "牙医"), ("a butcher", "屠夫"), ("a fisherman", "渔夫"), ("a musician", "音乐家"), ("a reporter", "记者"),
    ("a plumber", "水管工"), ("a shepherd", "牧羊人"), ("a potter", "陶艺师"),
]
PETS = [
    ("a grey cat", "一只灰猫"), ("a black dog", "一只黑狗"), ("a white rabbit", "一只白兔"), ("a green parrot", "一只绿鹦鹉"),
    ("a brown horse", "一匹棕马"), ("a red fish", "一条红鱼"), ("a small turtle", "一只小乌龟"), ("a yellow bird", "一只黄鸟"),
    ("a white mouse", "一只白老鼠"), ("a black cat", "一只黑猫"), ("a brown dog", "一只棕狗"), ("a fat hamster", "一只胖仓鼠"),
    ("a grey goose", "一只灰鹅"), ("a white goat", "一只白山羊"), ("a red hen", "一只红母鸡"), ("a lazy pig", "一头懒猪"),
    ("a black pony", "一匹小黑马"), ("a white duck", "一只白鸭子"), ("a young owl", "一只年幼的猫头鹰"), ("a tame fox", "一只驯服的狐狸"),
    ("a blue snake", "一条蓝蛇"), ("a green frog", "一只绿青蛙"), ("a brown sheep", "一只棕色的绵羊"), ("a white cow", "一头白奶牛"),
    ("a big snail", "一只大蜗牛"), ("a goldfish", "一条金鱼"), ("a grey donkey", "一头灰驴"),
]
