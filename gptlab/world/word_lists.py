"""Word lists for stories, dialogues, reviews, footers and patterns, in English and Chinese.

The texts of a list are drawn with equal weight; pages.py puts them together.
"""
MORNINGS = {
    "en": ["One sunny morning", "On a rainy day", "Late one evening", "Last Sunday", "Early in spring", "On a cold night",
           "At the end of summer", "One quiet afternoon", "On market day", "Just before dawn", "After a long winter",
           "On a windy Monday"],
    "zh": ["一个晴朗的早晨", "一个下雨天", "一天深夜", "上个星期天", "初春的时候", "一个寒冷的夜晚", "夏天快结束时", "一个安静的下午",
           "赶集那天", "天快亮的时候", "漫长的冬天过后", "一个刮风的星期一"],
}
ERRANDS = {
    "en": ["went to the market to buy fresh bread", "walked along the river to the old bridge", "found a golden key under the tree",
           "wanted to bake a large apple cake", "lost a red umbrella near the church", "planted three roses behind the house",
           "heard strange music from the tower", "wrote a long letter to an old friend", "repaired the broken window of the school",
           "carried a heavy box up the hill", "looked for a quiet place to read", "cooked soup for the whole street",
           "saw a small boat on the lake", "waited a long time for the last train"],
    "zh": ["去市场买新鲜的面包", "沿着河边走到老桥", "在树下捡到一把金钥匙", "想烤一个大苹果蛋糕", "在教堂旁边丢了一把红伞", "在屋后种了三棵玫瑰",
           "听见钟楼里传来奇怪的音乐", "给一位老朋友写了一封长信", "修好了学校的破窗户", "把一个重箱子搬上山坡", "想找个安静的地方看书",
           "给整条街的人煮汤", "看见湖上有一条小船", "等末班火车等了很久"],
}
MEETINGS = {
    "en": ["On the way back", "At the corner", "Soon afterwards", "By the fountain", "On the other side of the street"],
    "zh": ["回来的路上，", "在街角，", "不久，", "在喷泉边，", "在街对面，"],
}
OFFERS = {
    "en": ["offered to help", "was carrying a basket full of apples", "told a funny story", "asked the time",
           "began to sing", "was looking at a map of the town", "handed out pieces of cake", "walked past and said nothing at all"],
    "zh": ["说要帮忙", "提着一篮苹果", "讲了一个有趣的故事", "问现在几点了", "唱起歌来", "正在看一张小镇的地图", "给大家分蛋糕",
           "走了过去，什么也没有说"],
}
ENDINGS = {
    "en": ["They laughed until it grew dark.", "In the end everything went well.", "Nobody ever spoke of it again.",
           "They went home together, tired and happy.", "It was the best day of the year.", "The next day it snowed.",
           "And the town was quiet again.", "They promised to meet again soon."],
    "zh": ["他们一直笑到天黑。", "最后一切都很顺利。", "后来再也没有人提起这件事。", "他们一起回家，又累又高兴。", "那是一年里最好的一天。", "第二天下雪了。",
           "小镇又安静下来了。", "他们约好很快再见面。"],
}
GREETINGS = {
    "en": ["Good morning", "Hello", "Hi", "Good evening", "Nice to see you"],
    "zh": ["早上好", "你好", "嗨", "晚上好", "很高兴见到你"],
}
SMALL_TALK = {
    "en": ["How are you today?", "What a lovely day!", "It is very cold today.", "I am in a hurry.", "Have you eaten yet?",
           "I have a question.", "You look happy.", "Long time no see!"],
    "zh": ["你今天好吗？", "天气真好！", "今天很冷。", "我有点赶时间。", "你吃饭了吗？", "我想问一个问题。", "你看起来很高兴。", "好久不见！"],
}
GOODBYES = {
    "en": ["Thank you very much!", "Thanks, see you tomorrow.", "Good to know. Goodbye!", "I did not know that.", "I see. Bye!"],
    "zh": ["非常感谢！", "谢谢，明天见。", "知道了，再见！", "我以前不知道。", "原来如此，再见！"],
}
REVIEWED = {
    "en": ["noodles", "film", "hotel room", "bread", "bus trip", "concert", "coffee", "book", "soup", "garden", "museum", "tea"],
    "zh": ["这碗面条", "这部电影", "这间客房", "这个面包", "这次汽车旅行", "这场音乐会", "这杯咖啡", "这本书", "这碗汤", "这座花园", "这座博物馆", "这杯茶"],
}
VERDICTS = {
    "good": {
        "en": ["wonderful", "excellent", "lovely", "better than I had hoped", "a real joy", "simply perfect", "worth every coin",
               "fresh and full of life"],
        "zh": ["好极了", "很出色", "很不错", "比我想的还要好", "让人高兴", "简直完美", "物超所值", "新鲜又有活力"],
    },
    "bad": {
        "en": ["terrible", "a waste of money", "boring", "worse than last year", "a great disappointment", "cold and sad",
               "far too expensive", "old and dirty"],
        "zh": ["糟透了", "浪费钱", "很无聊", "比去年还差", "让人失望", "又冷又难受", "实在太贵", "又旧又脏"],
    },
}
AFTERWORDS = {
    "good": {
        "en": ["I will come again.", "My whole family loved it.", "Five stars from me.", "I told all my friends."],
        "zh": ["我还会再来。", "全家人都喜欢。", "我给五颗星。", "我告诉了所有的朋友。"],
    },
    "bad": {
        "en": ["Never again.", "I want my money back.", "One star from me.", "I left after ten minutes."],
        "zh": ["再也不来了。", "我要退钱。", "我只给一颗星。", "我十分钟就走了。"],
    },
}
MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December"]
TAGS = {
    "en": ["apples", "birds", "boats", "bread", "bridges", "clouds", "colours", "dogs", "dreams", "fire", "fish", "flowers",
           "games", "gold", "health", "history", "horses", "ice", "islands", "kings", "letters", "light", "maps", "milk", "money",
           "music", "night", "paper", "peace", "queens", "rain", "rice", "roads", "salt", "school", "science", "ships", "shoes",
           "silver", "snow", "songs", "spring", "stars", "stone", "storms", "sugar", "summer", "tea", "theatre", "time", "tools",
           "toys", "trade", "trains", "travel", "trees", "water", "weather", "wheat", "wind", "winter", "wood", "wool", "work"],
    "zh": ["苹果", "鸟", "船", "面包", "桥", "云", "颜色", "狗", "梦", "火", "鱼", "花", "游戏", "黄金", "健康", "历史", "马", "冰", "岛", "国王",
           "信", "光", "地图", "牛奶", "钱", "音乐", "夜", "纸", "和平", "女王", "雨", "米饭", "路", "盐", "学校", "科学", "轮船", "鞋", "白银", "雪",
           "歌", "春天", "星星", "石头", "风暴", "糖", "夏天", "茶", "戏剧", "时间", "工具", "玩具", "贸易", "火车", "旅行", "树", "水", "天气",
           "小麦", "风", "冬天", "木头", "羊毛", "工作"],
}

MOODS = {"good": {"en": "good", "zh": "好评"}, "bad": {"en": "bad", "zh": "差评"}}

# Maps for in-context patterns: x -> y. HELD_OUT_MAPS are on no page.
ANTONYMS = {
    "en": [("hot", "cold"), ("big", "small"), ("up", "down"), ("day", "night"), ("old", "new"), ("fast", "slow"), ("open", "closed"),
           ("wet", "dry"), ("good", "bad"), ("rich", "poor"), ("high", "low"), ("near", "far"), ("full", "empty"), ("early", "late"),
           ("strong", "weak"), ("happy", "sad"), ("light", "dark"), ("left", "right"), ("first", "last"), ("soft", "hard"),
           ("black", "white"), ("long", "short"), ("inside", "outside"), ("clean", "dirty")],
    "zh": [("热", "冷"), ("大", "小"), ("上", "下"), ("白天", "黑夜"), ("旧", "新"), ("快", "慢"), ("开", "关"), ("湿", "干"), ("好", "坏"),
           ("富", "穷"), ("高", "低"), ("近", "远"), ("满", "空"), ("早", "晚"), ("强", "弱"), ("高兴", "难过"), ("明", "暗"), ("左", "右"),
           ("头", "尾"), ("软", "硬"), ("黑", "白"), ("长", "短"), ("里", "外"), ("干净", "脏")],
}
PLURALS = {
    "en": [("cat", "cats"), ("dog", "dogs"), ("house", "houses"), ("tree", "trees"), ("box", "boxes"), ("city", "cities"),
           ("child", "children"), ("foot", "feet"), ("mouse", "mice"), ("book", "books"), ("bird", "birds"), ("knife", "knives"),
           ("man", "men"), ("tooth", "teeth"), ("story", "stories"), ("bus", "buses"), ("river", "rivers"), ("lake", "lakes")],
    "zh": [("猫", "很多猫"), ("狗", "很多狗"), ("房子", "很多房子"), ("树", "很多树"), ("箱子", "很多箱子"), ("城市", "很多城市"), ("孩子", "很多孩子"),
           ("书", "很多书"), ("鸟", "很多鸟"), ("刀", "很多刀"), ("故事", "很多故事"), ("河", "很多河"), ("湖", "很多湖")],
}
DICTIONARY = [
    ("water", "水"), ("fire", "火"), ("mountain", "山"), ("river", "河"), ("sun", "太阳"), ("moon", "月亮"), ("bread", "面包"),
    ("tea", "茶"), ("book", "书"), ("house", "房子"), ("tree", "树"), ("cat", "猫"), ("dog", "狗"), ("bird", "鸟"), ("fish", "鱼"),
    ("friend", "朋友"), ("teacher", "老师"), ("school", "学校"), ("city", "城市"), ("road", "路"), ("red", "红"), ("green", "绿"),
    ("black", "黑"), ("white", "白"), ("morning", "早上"), ("night", "夜晚"), ("rain", "雨"), ("snow", "雪"), ("one", "一"),
    ("two", "二"), ("three", "三"), ("ten", "十"),
]
DOUBLES = {
    "en": [(w, f"{w} {w}") for w in ("tick", "knock", "ha", "yes", "no", "go", "bye", "so", "one", "hot", "big", "tea")],
    "zh": [(w, w + w) for w in ("看", "听", "说", "走", "想", "试", "慢", "天", "红", "大", "早", "笑")],
}
HELD_OUT_MAPS = {
    "en": [("cat", "dog"), ("dog", "bird"), ("bird", "fish"), ("fish", "mouse"), ("mouse", "cat")],
    "zh": [("猫", "狗"), ("狗", "鸟"), ("鸟", "鱼"), ("鱼", "猫")],
}
