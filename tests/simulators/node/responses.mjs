// Asks OpenAI's other endpoints with the official Node SDK; prints what came back as one JSON object.
// Arguments: base URL, key, model, embedding model.
import OpenAI from "openai";

const [baseURL, apiKey, model, embedding] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0, timeout: 20_000 });
const input = "Say something about gateways.";

const whole = await client.responses.create({ model, input });
const numbers = [];
let streamed;
for await (const event of await client.responses.create({ model, input, stream: true })) {
  numbers.push(event.sequence_number);
  if (event.type === "response.completed") streamed = event.response;
}
const legacy = await client.completions.create({ model, prompt: "Once upon a time", max_tokens: 7 });
// The SDK asks for base64 by itself and decodes it; float is what the wire says when asked for.
const decoded = await client.embeddings.create({ model: embedding, input, dimensions: 8 });
const plain = await client.embeddings.create({ model: embedding, input, dimensions: 8, encoding_format: "float" });

const text = (response) => response.output
  .filter((item) => item.type === "message")
  .flatMap((item) => item.content.map((part) => part.text))
  .join("");
console.log(JSON.stringify({
  text: text(whole),
  status: whole.status,
  streamed: text(streamed),
  numbers,
  legacy: [legacy.choices[0].finish_reason, legacy.usage.completion_tokens],
  decoded: decoded.data[0].embedding,
  plain: plain.data[0].embedding,
}));
