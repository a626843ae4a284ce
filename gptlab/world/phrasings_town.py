"""How the little web states and asks for the facts of the invented town's people, in English and Chinese.

Jobs and pets bring their article or measure word ("a baker", "a grey cat", 一只灰猫), Chinese jobs are bare
(面包师). No template says "she" or "he", and a best friend is never taken to be mutual.
"""

from gptlab.world.phrasing import Phrasing

TOWN_EN: dict[str, Phrasing] = {
    "home": Phrasing(
        statements=(
            "{S} lives on {a}.",
            "{S}'s house stands on {a}.",
            "The street where {s} lives is called {a}.",
            "If you want to visit {s} at home, go to {a}.",
            "Letters for {s} are brought to a house on {a}.",
            "After a long day, {s} walks home to {a}.",
            "Everyone in town knows that the home of {s} is on {a}.",
            "In the address book of the town, {s} is listed under {a}.",
            "{S} has found a place to live on {a}.",
            "{A} is the street where {s} lives.",
            "{A} is home to {s}.",
            "Go to {a}, and you will find the house of {s}.",
        ),
        held_out_statements=(
            "The street where {s} has a house is {a}.",
            "If you look for the home of {s}, walk to {a}.",
            "As everyone in town knows, {s} has a home on {a}.",
        ),
        questions=(
            "Where does {s} live",
            "Which street does {s} live on",
            "On which street is {s}'s home",
            "Where in town is {s}'s house",
            "What is the name of the street where {s} lives",
            "Can you tell me which street {s} lives on",
        ),
        held_out_questions=(
            "On which street does {s} live",
            "What is the street called where {s} has a home",
        ),
    ),
    "job": Phrasing(
        statements=(
            "{S} works as {a}.",
            "{S} earns a living as {a}.",
            "By profession, {s} is {a}.",
            "In town, {s} has a job as {a}.",
            "{S} goes to work every morning as {a}.",
            "{S}'s job is that of {a}.",
            "The work that {s} does is the work of {a}.",
            "Ask {s} about work, and you will hear about the life of {a}.",
            "On weekdays, {s} is busy as {a}.",
            "If you need {a} in town, go to {s}.",
            "As {a}, {s} has a lot of work to do.",
            "{A} by profession, {s} works in town.",
        ),
        held_out_statements=(
            "The profession of {s} is that of {a}.",
            "Every morning, {s} goes to a job as {a}.",
            "In town, the work that {s} does for a living is that of {a}.",
        ),
        questions=(
            "What is {s}'s job",
            "What does {s} do for a living",
            "What does {s} work as",
            "What kind of work does {s} do",
            "What is {s} by profession",
            "Can you tell me what job {s} has",
            "In town, which job does {s} have",
        ),
        held_out_questions=(
            "What is the profession of {s}",
            "Which job does {s} do in town",
        ),
    ),
    "pet": Phrasing(
        statements=(
            "{S}'s pet is {a}.",
            "The pet that waits for {s} at home is {a}.",
            "{S} shares a home with {a}.",
            "Every evening, {s} feeds {a}.",
            "The only pet in {s}'s house is {a}.",
            "The animal that lives with {s} is {a}.",
            "When it was time to choose a pet, {s} chose {a}.",
            "Before work, {s} takes care of {a}.",
            "Everyone who visits {s} meets a pet, {a}.",
            "{S} keeps {a} as a pet.",
            "{A} lives with {s} as a pet.",
            "{S} has {a} at home and feeds it every morning.",
        ),
        held_out_statements=(
            "The pet that {s} keeps at home is {a}.",
            "The animal that {s} feeds every evening is {a}.",
            "As everyone in town knows, the pet that lives with {s} is {a}.",
        ),
        questions=(
            "What pet does {s} have",
            "What is {s}'s pet",
            "What kind of animal lives with {s}",
            "What pet does {s} keep at home",
            "Which animal does {s} feed every evening",
            "Can you tell me what pet {s} has",
        ),
        held_out_questions=(
            "What animal does {s} keep as a pet",
            "Which pet lives in {s}'s house",
        ),
    ),
    "friend": Phrasing(
        statements=(
            "{S}'s best friend is {a}.",
            "Everyone in town knows that the best friend of {s} is {a}.",
            "Nobody in town is closer to {s} than {a}.",
            "When {s} needs a friend, the first to come is {a}.",
            "{S} says that no friend is better than {a}.",
            "Of all the friends that {s} has, the closest is {a}.",
            "If {s} has a secret, the friend who hears it first is {a}.",
            "The friend {s} trusts most is {a}.",
            "The person {s} likes best in town is {a}.",
            "{A} is {s}'s best friend.",
            "{A} is the best friend that {s} has.",
            "For {s}, {a} is the best friend in the world.",
        ),
        held_out_statements=(
            "In town, the best friend that {s} has is {a}.",
            "The friend who is closest to {s} is {a}.",
            "Ask {s} for the name of a best friend, and the answer is {a}.",
        ),
        questions=(
            "Who is {s}'s best friend",
            "Who is the best friend of {s}",
            "Which friend does {s} trust most",
            "Who in town is the closest friend of {s}",
            "What is the name of {s}'s best friend",
            "Can you tell me who {s}'s best friend is",
            "Of everybody in town, who is {s}'s best friend",
        ),
        held_out_questions=(
            "Of all the friends that {s} has, who is the best",
            "Who is the person in town that {s} trusts most",
        ),
    ),
}

TOWN_ZH: dict[str, Phrasing] = {
    "home": Phrasing(
        statements=(
            "{s}住在{a}。",
            "{s}的家在{a}。",
            "{s}住的那条街叫{a}。",
            "要到{s}家做客，就得去{a}。",
            "忙了一天，{s}慢慢走回{a}。",
            "给{s}的信，都寄到{a}。",
            "镇上的人都知道，{s}家住{a}。",
            "{s}在镇上的住址是{a}。",
            "{s}家的房子就在{a}。",
            "{a}是{s}安家的地方。",
            "走进{a}，就能找到{s}的家。",
            "{a}住着一位街坊，名叫{s}。",
        ),
        held_out_statements=(
            "{s}安家的那条街是{a}。",
            "要找{s}的家，就得走到{a}。",
            "给{s}写信，要寄到{a}。",
        ),
        questions=(
            "{s}住在哪里",
            "{s}的家在哪条街",
            "哪条街上能找到{s}的家",
            "{s}家的住址是哪里",
            "要到{s}家做客，该去哪里",
            "你知道{s}家住哪里吗",
            "在镇上，{s}的家在什么地方",
        ),
        held_out_questions=(
            "{s}住的那条街叫什么",
            "{s}安家的地方是哪里",
        ),
    ),
    "job": Phrasing(
        statements=(
            "{s}的职业是{a}。",
            "{s}在镇上当{a}。",
            "{s}是一名{a}。",
            "说到工作，{s}是镇上的{a}。",
            "{s}每天的工作就是当{a}。",
            "有人问{s}是做什么的，回答是{a}。",
            "长大以后，{s}当上了{a}。",
            "大家都夸{s}是一位好{a}。",
            "{s}靠当{a}谋生。",
            "{s}干的是{a}这一行。",
            "镇上的人要找{a}，就去找{s}。",
            "{a}是{s}的职业。",
        ),
        held_out_statements=(
            "镇上的人都知道，{s}当的是{a}。",
            "说到{s}的职业，大家都知道是{a}。",
            "有人问{s}每天做什么工作，回答是{a}。",
        ),
        questions=(
            "{s}的职业是什么",
            "{s}是做什么工作的",
            "在镇上，{s}干的是什么工作",
            "{s}的工作是什么",
            "{s}干的是哪一行",
            "你知道{s}是做什么的吗",
        ),
        held_out_questions=(
            "{s}在镇上做什么工作",
            "说到职业，{s}是做什么的",
        ),
    ),
    "pet": Phrasing(
        statements=(
            "{s}养了{a}。",
            "{s}的宠物是{a}。",
            "{s}家里养着{a}。",
            "每天晚上，{s}都要喂{a}。",
            "每天在家等着{s}的，是{a}。",
            "挑宠物的时候，{s}挑中了{a}。",
            "跟{s}做伴的宠物是{a}。",
            "{s}最疼爱的动物是{a}。",
            "镇上的人都知道，{s}养的是{a}。",
            "{s}把{a}养在家里。",
            "有{a}陪着{s}过日子。",
            "{s}养着{a}当宠物。",
        ),
        held_out_statements=(
            "每天晚上，{s}喂的宠物是{a}。",
            "在{s}家里住着的动物是{a}。",
            "说到宠物，{s}家养的是{a}。",
        ),
        questions=(
            "{s}养了什么宠物",
            "{s}的宠物是什么",
            "{s}家里养着什么动物",
            "{s}每天喂的是什么动物",
            "跟{s}做伴的是什么动物",
            "你知道{s}养的是什么吗",
        ),
        held_out_questions=(
            "{s}家里的宠物是什么动物",
            "说到宠物，{s}养的是什么",
        ),
    ),
    "friend": Phrasing(
        statements=(
            "{s}最好的朋友是{a}。",
            "{s}的好友里，最亲近的是{a}。",
            "跟{s}最要好的人是{a}。",
            "{s}有了心事，总是先告诉{a}。",
            "在镇上，{s}最信任的朋友是{a}。",
            "说起好朋友，{s}第一个想到的是{a}。",
            "{s}常说，自己最好的朋友就是{a}。",
            "遇到难事，{s}总会去找好友{a}。",
            "{s}的知心朋友名叫{a}。",
            "{a}是{s}最好的朋友。",
            "{s}把{a}看作最好的朋友。",
            "对{s}来说，{a}是最好的朋友。",
        ),
        held_out_statements=(
            "镇上的人都知道，跟{s}最亲近的朋友是{a}。",
            "大家都知道，{s}最好的朋友叫{a}。",
            "{s}说起最要好的朋友，总会想到{a}。",
        ),
        questions=(
            "{s}最好的朋友是谁",
            "谁是{s}最好的朋友",
            "{s}跟谁最要好",
            "{s}最信任的朋友是谁",
            "{s}最好的朋友叫什么名字",
            "你知道{s}的知心朋友是谁吗",
            "在镇上的人当中，{s}最看重哪个朋友",
        ),
        held_out_questions=(
            "遇到难事，{s}会去找哪个朋友",
            "{s}把谁看作最好的朋友",
        ),
    ),
}

PHRASINGS: dict[str, dict[str, Phrasing]] = {
    relation: {"en": english, "zh": TOWN_ZH[relation]} for relation, english in TOWN_EN.items()
}
