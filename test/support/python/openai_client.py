"""The openai Python client, unchanged, against a server of ours: its argument is {"baseURL", "key", "model"}"""

import json
import sys

import openai

given = json.loads(sys.argv[1])
base_url, key, model = given["baseURL"], given["key"], given["model"]
client = openai.OpenAI(base_url=base_url, api_key=key, max_retries=0)
messages = [{"role": "user", "content": "Hi"}]

chat = client.chat.completions.create(model=model, messages=messages, n=2, logprobs=True, top_logprobs=1)
stream = client.chat.completions.create(
    model=model, messages=messages, stream=True, stream_options={"include_usage": True}
)
chunks = list(stream)
completion = client.completions.create(model=model, prompt=["one", "two"])
embeddings = client.embeddings.create(model=model, input=["ab", "abcd"])


def error_of(call):
    try:
        call()
    except openai.APIError as error:
        return {"type": type(error).__name__, "code": error.code, "param": error.param}
    return None


broken = client.chat.completions.create(model=model, messages=messages, stream=True, max_tokens=100)
next(iter(broken))
broken.close()  # Leaves in the middle of the stream.

print(
    json.dumps(
        {
            "models": [one.id for one in client.models.list()],
            "chat": [choice.message.content for choice in chat.choices],
            "logprobs": chat.choices[0].logprobs.content[0].logprob,
            "streamed": "".join(c.choices[0].delta.content or "" for c in chunks if c.choices),
            "usage": chunks[-1].usage.completion_tokens,
            "completions": [choice.text for choice in completion.choices],
            "embeddings": [list(one.embedding) for one in embeddings.data],
            "errors": [
                error_of(lambda: client.chat.completions.create(model="none", messages=messages)),
                error_of(lambda: client.chat.completions.create(model=model, messages=messages, tools=[])),
                error_of(lambda: openai.OpenAI(base_url=base_url, api_key="wrong").models.list()),
            ],
        }
    )
)
