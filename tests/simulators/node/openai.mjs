// Asks an OpenAI-like upstream with the official Node SDK; prints what came back as one JSON object.
// Arguments: base URL, key, model, and further request members as JSON.
import OpenAI from "openai";

const [baseURL, apiKey, model, extra] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0, timeout: 20_000 });
const messages = [{ role: "user", content: "Say something about gateways." }];
const tools = [
  {
    type: "function",
    function: {
      name: "weather",
      parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
    },
  },
];
const more = JSON.parse(extra);

const whole = await client.chat.completions.create({ model, messages, ...more });

let pieces = 0;
const stream = client.chat.completions.stream({ model, messages, ...more });
stream.on("content", () => { pieces += 1; });
const streamed = await stream.finalChatCompletion();

const called = await client.chat.completions.create({ model, messages, tools, tool_choice: "required", ...more });
const calls = called.choices[0].message.tool_calls.map((call) => [call.function.name, JSON.parse(call.function.arguments)]);

let refused;
try {
  await client.chat.completions.create({ model: "no-such-model", messages });
} catch (error) {
  refused = [error.constructor.name, error.status];
}

console.log(JSON.stringify({
  text: whole.choices[0].message.content,
  finish: whole.choices[0].finish_reason,
  tokens: whole.usage.completion_tokens,
  streamed: streamed.choices[0].message.content,
  pieces,
  calls,
  refused,
  models: (await client.models.list()).data.map((card) => card.id),
}));
