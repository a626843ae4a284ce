"""English sentences and questions about the people of the invented town: phrasings by relation.

Jobs and pets bring their article ("a baker", "a grey cat"). No template says "she" or "he", and a best friend
is never taken to be mutual.
"""

from gptlab.world.phrasings.phrasing import Phrasing

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
