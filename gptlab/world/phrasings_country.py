"""How the little web states and asks for the facts of a country: English here, Chinese joined at the end.

Answers stand in a sentence as they are: rivers, lakes and currencies bring their own article if they need
one ("the Nile", "Lake Victoria", "the yen"); cities, continents and languages have none ("Tokyo").
A subject may be "the United States", so no template makes a possessive of it.
"""

from gptlab.world.phrasing import Phrasing
from gptlab.world.phrasings_country_zh import COUNTRY_ZH

COUNTRY_EN: dict[str, Phrasing] = {
    "capital": Phrasing(
        statements=(
            "The capital of {s} is {a}.",
            "{S} has its capital in {a}.",
            "The capital city of {s} is called {a}.",
            "If you travel to the capital of {s}, you arrive in {a}.",
            "On a map of {s}, the city marked as the capital is {a}.",
            "Ask anyone in {s} for the name of the capital, and the answer is {a}.",
            "At school we learn that the capital of {s} is {a}.",
            "Among all the cities in {s}, the capital is {a}.",
            "When the news speaks of the capital of {s}, it means {a}.",
            "{A} is the capital of {s}.",
            "{A} is the city that serves as the capital of {s}.",
            "Many people know that {a} is the capital of {s}.",
        ),
        held_out_statements=(
            "In {s}, the city that serves as the capital is {a}.",
            "When people in {s} speak of the capital, they mean {a}.",
            "The name of the city that {s} has as its capital is {a}.",
        ),
        questions=(
            "What is the capital of {s}",
            "Which city is the capital of {s}",
            "What is the capital city of {s} called",
            "Can you tell me the capital of {s}",
            "What is the name of the capital of {s}",
            "{S} has its capital in which city",
        ),
        held_out_questions=(
            "In {s}, which city is the capital",
            "Which city does {s} have as its capital",
        ),
    ),
    "continent": Phrasing(
        statements=(
            "{S} lies in {a}.",
            "{S} belongs to the continent of {a}.",
            "On a globe, you will find {s} in {a}.",
            "The continent where you find {s} is {a}.",
            "Geographers count {s} as part of {a}.",
            "In a school atlas, {s} comes in the chapter on {a}.",
            "Of all the continents, the one that {s} belongs to is {a}.",
            "Anyone who visits {s} sets foot on the continent of {a}.",
            "Ask on which continent {s} lies, and the answer is {a}.",
            "{A} is the continent that {s} belongs to.",
            "A map of {a} is the place to look for {s}.",
            "{S} is in {a}, as a map of the world shows.",
        ),
        held_out_statements=(
            "Geographers know that {s} is on the continent of {a}.",
            "On a map of the world, {s} is part of the continent of {a}.",
            "As we learn at school, the continent where {s} lies is {a}.",
        ),
        questions=(
            "Which continent is {s} in",
            "On which continent does {s} lie",
            "Which continent does {s} belong to",
            "What is the name of the continent where you find {s}",
            "Can you tell me on which continent {s} lies",
            "{S} is part of which continent",
        ),
        held_out_questions=(
            "What continent does {s} lie on",
            "On a map of the world, which continent is {s} part of",
        ),
    ),
    "mountain": Phrasing(
        statements=(
            "The highest mountain in {s} is {a}.",
            "The highest mountain of {s} is called {a}.",
            "No mountain in {s} is higher than {a}.",
            "In {s}, the land rises highest at {a}.",
            "Among the mountains of {s}, the highest is {a}.",
            "Climbers who want the highest mountain in {s} go to {a}.",
            "Of all the peaks in {s}, none rises above {a}.",
            "If you stand on the highest mountain in {s}, you stand on {a}.",
            "The roof of {s} is a mountain called {a}.",
            "{A} is the highest mountain in {s}.",
            "{A} rises above every other mountain in {s}.",
            "From the top of {a}, you look down on every other peak in {s}.",
        ),
        held_out_statements=(
            "The mountain that rises highest in {s} is called {a}.",
            "When climbers speak of the highest mountain in {s}, they mean {a}.",
            "In {s}, the mountain that is higher than every other is {a}.",
        ),
        questions=(
            "What is the highest mountain in {s}",
            "Which mountain is the highest in {s}",
            "Which mountain in {s} rises above every other",
            "What is the name of the highest mountain in {s}",
            "Can you tell me the highest mountain in {s}",
            "Which peak is the highest point of {s}",
        ),
        held_out_questions=(
            "In {s}, what is the highest mountain called",
            "Which of the mountains in {s} is the highest",
        ),
    ),
    "river": Phrasing(
        statements=(
            "The longest river in {s} is {a}.",
            "The longest river of {s} is called {a}.",
            "No river in {s} is longer than {a}.",
            "Of all the rivers in {s}, the longest one is {a}.",
            "Among the rivers of {s}, none is as long as {a}.",
            "If you follow the longest river in {s}, you follow {a}.",
            "Every other river in {s} is shorter than {a}.",
            "Children in {s} learn that their longest river is {a}.",
            "When people in {s} speak of their longest river, they mean {a}.",
            "{A} is the longest river in {s}.",
            "{A} is longer than any other river in {s}.",
            "In {s}, {a} is the longest of all the rivers.",
        ),
        held_out_statements=(
            "In {s}, the river that is longer than any other is {a}.",
            "On a map of {s}, the longest river is called {a}.",
            "Ask anyone in {s} for the longest river, and the answer is {a}.",
        ),
        questions=(
            "What is the longest river in {s}",
            "Which river is the longest in {s}",
            "Which river in {s} is longer than any other",
            "What is the name of the longest river in {s}",
            "Can you tell me the longest river in {s}",
            "Which is the longest of the rivers in {s}",
        ),
        held_out_questions=(
            "In {s}, what is the longest river called",
            "Of all the rivers in {s}, which is the longest",
        ),
    ),
    "lake": Phrasing(
        statements=(
            "The largest lake in {s} is {a}.",
            "The largest lake of {s} is called {a}.",
            "No lake in {s} is larger than {a}.",
            "Of all the lakes in {s}, the largest is {a}.",
            "Among the lakes of {s}, none is as large as {a}.",
            "If you sail on the largest lake in {s}, you sail on {a}.",
            "Every other lake in {s} is smaller than {a}.",
            "People who fish on the largest lake in {s} know it as {a}.",
            "On a map of {s}, the largest lake you see is {a}.",
            "{A} is the largest lake in {s}.",
            "{A} is larger than any other lake in {s}.",
            "Walk around {a}, and you walk around the largest lake in {s}.",
        ),
        held_out_statements=(
            "In {s}, the lake that is larger than any other is {a}.",
            "When people in {s} speak of their largest lake, they mean {a}.",
            "Ask anyone in {s} for the largest lake, and the answer is {a}.",
        ),
        questions=(
            "What is the largest lake in {s}",
            "Which lake is the largest in {s}",
            "Which lake in {s} is larger than any other",
            "What is the name of the largest lake in {s}",
            "Can you tell me the largest lake in {s}",
            "Which is the largest of the lakes in {s}",
        ),
        held_out_questions=(
            "In {s}, what is the largest lake called",
            "Of all the lakes in {s}, which is the largest",
        ),
    ),
    "currency": Phrasing(
        statements=(
            "The currency of {s} is {a}.",
            "The currency used in {s} is called {a}.",
            "In {s}, people pay with {a}.",
            "The official currency in {s} is {a}.",
            "At a market in {s}, the money in use is {a}.",
            "If you visit {s}, the currency you need is {a}.",
            "Shops all over {s} accept {a}.",
            "For a cup of tea in {s}, you pay with a currency called {a}.",
            "When people in {s} speak of money, they mean {a}.",
            "{A} is the currency of {s}.",
            "{A} is the money that people use in {s}.",
            "{S} uses {a} as its currency.",
        ),
        held_out_statements=(
            "In {s}, the currency in use is {a}.",
            "The money that people pay with in {s} is {a}.",
            "Ask anyone about the currency of {s}, and the answer is {a}.",
        ),
        questions=(
            "What is the currency of {s}",
            "Which currency do people use in {s}",
            "What money do you need in {s}",
            "Which currency do people pay with in {s}",
            "Can you tell me the currency of {s}",
            "What is the name of the currency used in {s}",
        ),
        held_out_questions=(
            "In {s}, what is the currency called",
            "Which money do people use at a market in {s}",
        ),
    ),
    "language": Phrasing(
        statements=(
            "The main language of {s} is {a}.",
            "People in {s} mainly speak {a}.",
            "In {s}, the language you hear most is {a}.",
            "If you want to talk with people in {s}, learn {a}.",
            "Of all the languages spoken in {s}, the main one is {a}.",
            "Among the languages of {s}, the first place goes to {a}.",
            "A visitor who wants to be understood in {s} speaks {a}.",
            "Anyone who moves to {s} soon starts to learn {a}.",
            "For daily life in {s}, the language you need is {a}.",
            "{A} is the main language of {s}.",
            "{A} is the language that people mainly speak in {s}.",
            "{S} has {a} as its main language.",
        ),
        held_out_statements=(
            "In {s}, the language that people mainly speak is {a}.",
            "If you visit {s}, the main language you hear is {a}.",
            "When people in {s} talk, the language they use most is {a}.",
        ),
        questions=(
            "What is the main language of {s}",
            "Which language do people mainly speak in {s}",
            "What language do you hear most in {s}",
            "Which of the languages spoken in {s} is the main one",
            "Can you tell me the main language of {s}",
            "Which language do I need for daily life in {s}",
        ),
        held_out_questions=(
            "In {s}, which language is the main one",
            "What language do people in {s} speak most",
        ),
    ),
}

PHRASINGS: dict[str, dict[str, Phrasing]] = {
    relation: {"en": english, "zh": COUNTRY_ZH[relation]} for relation, english in COUNTRY_EN.items()
}
