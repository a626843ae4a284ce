"""One real server process for all tests that only ask it things."""

import openai
import pytest

from gptlab.engine.assistant import Assistant
from gptlab.engine.model import shipped
from tests.support.server_process import ServerProcess


@pytest.fixture(scope="session")
def server():
    """Serves the shipped base and chat model, by the command that people call."""
    with ServerProcess("--model", "base", "--model", "ppo_ptx") as process:
        yield process
        assert process.counts() == {"base": (0, 0), "ppo_ptx": (0, 0)}, "a slot was not freed"


@pytest.fixture(scope="session")
def client(server):
    """The stock client, which tries nothing twice."""
    with openai.OpenAI(base_url=server.url, api_key=server.token, max_retries=0) as one:
        yield one


@pytest.fixture(scope="session")
def chat_model():
    """The same model here, to write by itself what the server should write."""
    one = Assistant.load(shipped.FOLDER / "ppo_ptx")
    one.model.run_on("fused")
    return one


@pytest.fixture(scope="session")
def base_model():
    """The base model here."""
    one = Assistant.load(shipped.FOLDER / "base")
    one.model.run_on("fused")
    return one
