"""The town as a widget: go through time, choose a resident, see what comes to her mind, and ask her."""

from html import escape

import ipywidgets as w
import torch

from gptlab import agents
from gptlab.agent_town import sentences
from gptlab.agent_town.memory import K, Memory, Scores, Weights, page
from gptlab.agent_town.town import Town
from gptlab.view.agents.memory_scores import stream_picture
from gptlab.view.agents.town_map import map_picture
from gptlab.view.kit.picture import Picture
from gptlab.view.kit.show import image_html, show

RATES = (0.5, 0.9, 0.99, 0.995, 1.0)


def town_box(town: Town, who: str, question: str, step: int, what: str = "party") -> None:
    """Show a town that has run; where nothing is live, the map and the memories of one resident stand there."""
    box = TownBox(town, who, question, step, what)
    picture = box.map()
    show(*picture, widget=box.box)


class TownBox:
    """The controls and what they show; `box` is the widget.

    A memory's age is counted from when it was made, and the memories of later hours are not there yet.
    """

    def __init__(self, town: Town, who: str, question: str, step: int, what: str):
        self.town, self.what = town, what
        last = len(town.log.hours) - 1
        wide = w.Layout(width="min(100%, 34em)")
        self.step = w.IntSlider(step, 0, last, description="time", readout=False, layout=wide)
        self.play = w.Play(value=step, min=0, max=last, interval=700)
        w.jslink((self.play, "value"), (self.step, "value"))
        names = list(town.by_name)
        self.who = w.Dropdown(options=names, value=who, description="resident")
        self.weights = [
            w.FloatSlider(1.0, min=0.0, max=3.0, step=0.5, description=name, layout=wide)
            for name in ("recency", "importance", "relevance")
        ]
        self.rate = w.SelectionSlider(options=RATES, value=0.995, description="decay", layout=wide)
        self.question = w.Text(question, description="ask", continuous_update=False, layout=wide)
        self.map_html, self.answer_html, self.memories_html = w.HTML(), w.HTML(), w.HTML()
        controls = [self.step, self.who, *self.weights, self.rate, self.question]
        for control in controls:
            control.observe(lambda _: self.draw(), "value")
        self.box = w.VBox(
            [
                w.HBox([self.play, self.step], layout=w.Layout(flex_flow="row wrap")),
                self.map_html,
                *controls[1:],
                self.answer_html,
                self.memories_html,
            ]
        )
        self.draw()

    @property
    def now(self) -> float:
        """The hour that is shown."""
        return self.town.log.hours[self.step.value]

    def map(self) -> Picture:
        """The map at that hour."""
        return map_picture(self.town.log, self.step.value, self.what, self.who.value)

    def memories(self) -> list[Memory]:
        """What the resident remembers by then."""
        stream = self.town.by_name[self.who.value].stream
        return [memory for memory in stream.memories if memory.hour <= self.now]

    def draw(self) -> None:
        """Show what the controls say."""
        self.map_html.value = image_html(*map(str, self.map()))
        memories = self.memories()
        question = self.question.value.strip() or sentences.WHAT_IS_NEW
        if not memories:
            self.answer_html.value, self.memories_html.value = "no memories yet", ""
            return
        scores, weights = self.scores(memories, question)
        read = [memories[place] for place in scores.best(K)]
        said = self.town.speaker.say([(page(read), question)])[0]
        self.answer_html.value = (
            f'<div aria-live="polite"><b>{escape(self.who.value)}</b>, asked '
            f"“{escape(question)}”: <b>{escape(said)}</b></div>"
        )
        texts = [memory.text for memory in memories]
        title = f"{self.who.value}: what comes to mind"
        picture = stream_picture(texts, scores, weights, K, title)
        self.memories_html.value = image_html(str(picture.image), picture.alt)

    def scores(self, memories: list[Memory], question: str) -> tuple[Scores, Weights]:
        """The scores of these memories for a question, with the weights and the decay of the controls."""
        recency_w, importance_w, relevance_w = (slider.value for slider in self.weights)
        weights = (recency_w, importance_w, relevance_w)
        vectors = self.town.speaker.vectors
        hours = torch.tensor([self.now - memory.hour for memory in memories])
        recency = agents.recency_decay(hours, self.rate.value)
        importance = torch.tensor([float(memory.importance) for memory in memories])
        keys = vectors.of([memory.text for memory in memories])
        relevance = agents.cosine_similarity(vectors.of([question])[0], keys)
        total = agents.retrieval_score(recency, importance, relevance, weights)
        return Scores(recency, importance, relevance, total), weights
