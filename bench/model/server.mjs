// A small model behind an OpenAI-compatible address, by node-llama-cpp (npm install node-llama-cpp@3), for
// bench/model_contract.py and bench/ladder: `node server.mjs MODEL.gguf NAME [PORT] [TOKENS]` prints its address. It
// does what such servers do: where a JSON schema is asked for it holds the model to it by a grammar; otherwise the model
// writes what it likes. A model that has a template of chats is asked by it. What one request shares with the last one
// is not read again.
import http from "node:http";
import { getLlama, LlamaChatSession, LlamaCompletion } from "node-llama-cpp";

const [file, name, port = "0", tokens = "4096"] = process.argv.slice(2);
const llama = await getLlama({ gpu: false, build: "never", logLevel: "error" });
const model = await llama.loadModel({ modelPath: file });
const MOST = 300; // tokens of one answer: a model that knows nothing does not come to an end
const LONGEST = 80; // characters of a text in a form, for the same reason
const chats = model.fileInfo.metadata.tokenizer?.chat_template !== undefined;
const context = await model.createContext({ contextSize: Number(tokens), threads: 1 });
const sequence = context.getSequence();

// what a grammar cannot hold it to, we check anyway
function simple(schema, defs) {
  if (schema.$ref) return simple(defs[schema.$ref.split("/").pop()], defs);
  if (schema.anyOf) return { enum: schema.anyOf.flatMap((one) => one.enum ?? [one.const]) };
  if (schema.type === "object")
    return {
      type: "object",
      properties: Object.fromEntries(Object.entries(schema.properties).map(([key, one]) => [key, simple(one, defs)])),
    };
  if (schema.type === "array")
    return { type: "array", items: simple(schema.items, defs), minItems: schema.minItems ?? 0, maxItems: Math.min(schema.maxItems ?? 3, 3) };
  if (schema.enum || schema.const !== undefined) return { enum: schema.enum ?? [schema.const] };
  if (schema.minimum !== undefined && schema.maximum !== undefined)
    return { enum: Array.from({ length: schema.maximum - schema.minimum + 1 }, (_, at) => schema.minimum + at) };
  if (schema.type === "string") return { type: "string", maxLength: Math.min(schema.maxLength ?? LONGEST, LONGEST) };
  return { type: schema.type };
}

// what a chat session takes: all but the last message are history
function history(messages) {
  return messages.map((one) =>
    one.role === "assistant" ? { type: "model", response: [one.content] } : { type: one.role, text: one.content });
}

async function said(messages, options) {
  if (chats) {
    const session = new LlamaChatSession({ contextSequence: sequence });
    try {
      session.setChatHistory(history(messages.slice(0, -1)));
      const { responseText, stopReason } = await session.promptWithMeta(messages.at(-1).content, options);
      return { response: responseText, stopReason };
    } finally {
      session.dispose({ disposeSequence: false });
    }
  }
  const completion = new LlamaCompletion({ contextSequence: sequence });
  try {
    const prompt = messages.map((one) => `${one.role}: ${one.content}`).join("\n\n") + "\n\nassistant: ";
    const { response, metadata } = await completion.generateCompletionWithMeta(prompt, options);
    return { response, stopReason: metadata.stopReason };
  } finally {
    completion.dispose({ disposeSequence: false });
  }
}

async function answer(request) {
  const form = request.response_format?.json_schema?.schema;
  const grammar = form ? await llama.createGrammarForJsonSchema(simple(form, form.$defs ?? {})) : undefined;
  const before = sequence.tokenMeter.getState();
  const { response, stopReason } = await said(request.messages, {
    maxTokens: Math.min(request.max_tokens ?? MOST, MOST), temperature: request.temperature ?? 0, seed: request.seed, grammar,
  });
  const used = sequence.tokenMeter.diff(before);
  return {
    content: response, finish: stopReason === "maxTokens" ? "length" : "stop",
    tokens: used.usedInputTokens + used.usedOutputTokens,
  };
}

let last = Promise.resolve(); // one at a time
const server = http.createServer((request, reply) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    last = last.then(async () => {
      let status = 200;
      let body;
      try {
        const said = await answer(JSON.parse(Buffer.concat(parts).toString()));
        const choice = { index: 0, message: { role: "assistant", content: said.content }, finish_reason: said.finish };
        body = { id: "1", object: "chat.completion", model: name, choices: [choice], usage: { total_tokens: said.tokens } };
      } catch (error) {
        status = 500;
        body = { error: { message: String(error) } };
        console.error(String(error));
      }
      reply.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
  });
});
server.listen(Number(port), "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/v1`));
