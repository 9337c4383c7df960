// Asks a Messages API upstream with the official Node SDK; prints what came back as one JSON object.
// Arguments: base URL, key, model.
import Anthropic from "@anthropic-ai/sdk";

const [baseURL, apiKey, model] = process.argv.slice(2);
const client = new Anthropic({ baseURL, apiKey, maxRetries: 0, timeout: 20_000 });
const messages = [{ role: "user", content: "Say something about gateways." }];
const tools = [
  { name: "weather", input_schema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] } },
];
const asked = { model, max_tokens: 300, messages };

const whole = await client.messages.create(asked);
let pieces = 0;
const stream = client.messages.stream(asked);
stream.on("text", () => { pieces += 1; });
const streamed = await stream.finalMessage();
const thought = await client.messages
  .stream({ ...asked, thinking: { type: "adaptive", display: "summarized" } })
  .finalMessage();
const called = await client.messages.stream({ ...asked, tools, tool_choice: { type: "any" } }).finalMessage();
const counted = await client.messages.countTokens({ model, messages });

let refused;
try {
  await client.messages.create({ ...asked, model: "no-such-model" });
} catch (error) {
  refused = [error.constructor.name, error.status];
}

const text = (message) => message.content.filter((block) => block.type === "text").map((block) => block.text).join("");
console.log(JSON.stringify({
  text: text(whole),
  stop: whole.stop_reason,
  tokens: whole.usage.output_tokens,
  input: whole.usage.input_tokens,
  counted: counted.input_tokens,
  streamed: text(streamed),
  pieces,
  thinking: thought.content[0].type,
  signed: Boolean(thought.content[0].signature),
  calls: called.content.filter((block) => block.type === "tool_use").map((block) => [block.name, block.input]),
  refused,
  models: (await client.models.list()).data.map((card) => card.id),
}));
